import { join } from 'node:path'
import { type Digest, digestOf } from '@regia/core'
import type { PluginBuild } from 'esbuild'
import { type Bundle, buildOptions, buildOrExplain, outputText } from './bundle-entry.ts'
import { exposeSteps } from './expose-steps.ts'
import { type Normalise, normaliser, splitByFile } from './normalised-code.ts'

/** A step's place in the project: which file exports it under which name. */
export type StepPlace = { readonly step: string; readonly file: string; readonly exportName: string }

/** The code that a step reaches: one digest of it all, and one of what it uses of each of the project's files. */
export type CodeDigests = { readonly codeDigest: Digest; readonly codeFiles: Readonly<Record<string, Digest>> }

/**
 * The digests of the code that each step can reach: an unrelated change in the same file, a comment or a blank does not change them.
 *
 * Each step is bundled once more, alone, with everything shaken off that it does not use.
 *
 * @returns By step name; a step without a place, or whose code cannot be taken apart, has the digests of the whole bundle.
 */
export async function codeDigests(
  bundle: Bundle,
  places: readonly StepPlace[],
): Promise<(stepName: string) => CodeDigests> {
  const normalise = await normaliser()
  const digests = new Map<string, CodeDigests>()
  const codes = await bundleAlone(bundle, places).catch(() => [])
  for (const [index, code] of codes.entries()) {
    digests.set(places[index]!.step, await digestsOf(code, bundle.files, normalise))
  }
  const whole = await digestsOf(bundle.code, bundle.files, normalise)
  return (stepName) => digests.get(stepName) ?? whole
}

async function digestsOf(code: string, files: readonly string[], normalise: Normalise): Promise<CodeDigests> {
  const entries: [string, Digest][] = []
  for (const [file, text] of splitByFile(code, files)) entries.push([file, digestOf(await normalise(text))])
  entries.sort(([one], [other]) => (one < other ? -1 : 1))
  return { codeDigest: digestOf(await normalise(code)), codeFiles: Object.fromEntries(entries) }
}

async function bundleAlone(bundle: Bundle, places: readonly StepPlace[]): Promise<readonly string[]> {
  if (places.length === 0) return []
  const options = buildOptions(bundle.projectDir, bundle.ownKinds)
  const { files } = await buildOrExplain({
    ...options,
    entryPoints: places.map((_, index) => ({ in: `step:${index}`, out: String(index) })),
    outdir: bundle.projectDir,
    treeShaking: true,
    plugins: [...options.plugins, exposeSteps, stepEntries(bundle, places)],
  })
  return places.map((_, index) => outputText(files, join(bundle.projectDir, `${index}.js`)))
}

const stepEntries = ({ projectDir }: Bundle, places: readonly StepPlace[]) => ({
  name: 'regia-step-entries',
  setup(build: PluginBuild) {
    build.onResolve({ filter: /^step:\d+$/ }, ({ path }) => ({ path, namespace: 'regia-step' }))
    build.onLoad({ filter: /.*/, namespace: 'regia-step' }, ({ path }) => {
      const { file, exportName } = places[Number(path.slice('step:'.length))]!
      const contents = `export { ${exportName} as step } from ${JSON.stringify(`./${file}`)}`
      return { contents, resolveDir: projectDir, loader: 'js' as const }
    })
  },
})
