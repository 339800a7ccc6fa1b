import { join } from 'node:path'
import { type Digest, digestOf } from '@regia/core'
import type { PluginBuild } from 'esbuild'
import { type Bundle, buildOptions, buildOrExplain, outputText } from './bundle-entry.ts'
import { exposeSteps } from './expose-steps.ts'

/** A step's place in the project: which file exports it under which name. */
export type StepPlace = { readonly step: string; readonly file: string; readonly exportName: string }

/**
 * The digest of the code that each step can reach: an unrelated change in the same file, a comment or a blank does not change it.
 *
 * Each step is bundled once more, alone, with everything shaken off that it does not use.
 *
 * @returns By step name; a step without a place, or whose code cannot be taken apart, has the digest of the whole bundle.
 */
export async function codeDigests(bundle: Bundle, places: readonly StepPlace[]): Promise<(stepName: string) => Digest> {
  const digests = new Map<string, Digest>()
  const codes = await bundleAlone(bundle, places).catch(() => [])
  for (const [index, code] of codes.entries()) digests.set(places[index]!.step, digestOf(code))
  return (stepName) => digests.get(stepName) ?? bundle.digest
}

async function bundleAlone(bundle: Bundle, places: readonly StepPlace[]): Promise<readonly string[]> {
  if (places.length === 0) return []
  const { files } = await buildOrExplain({
    ...buildOptions(bundle.projectDir),
    entryPoints: places.map((_, index) => ({ in: `step:${index}`, out: String(index) })),
    outdir: bundle.projectDir,
    minifyWhitespace: true,
    minifySyntax: true,
    treeShaking: true,
    plugins: [exposeSteps, stepEntries(bundle, places)],
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
