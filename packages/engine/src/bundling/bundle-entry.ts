import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Digest, digestOf, digestSchema } from '@regia/core'
import type { BuildOptions, OutputFile } from 'esbuild'
import { bundleFailure } from './bundle-failure.ts'
import { NO_KINDS, type OwnKinds, yamlEntries } from './yaml-entries.ts'

/** An entry file of a project with everything of the project that it imports, as one ES module. */
export type Bundle = {
  /** Of the code alone, without its source map. */
  readonly digest: Digest
  readonly code: string
  /** JSON; its sources are found from the project's folder. */
  readonly sourceMap: string
  readonly projectDir: string
  /** Relative to the project's folder, with `/`. */
  readonly entry: string
  /** The project's own files inside the bundle, relative and sorted. */
  readonly files: readonly string[]
  /** Of the project's lockfile: other packages mean other results. */
  readonly lockfileDigest: Digest | undefined
  /** Kinds of steps of the project's own, for pipelines in YAML. */
  readonly ownKinds: OwnKinds
}

/** The settings that every build of user code shares. Equal files give equal bytes, wherever the project stands. */
export const buildOptions = (projectDir: string, ownKinds: OwnKinds) =>
  ({
    absWorkingDir: projectDir,
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    packages: 'external',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'silent',
    metafile: true,
    plugins: [yamlEntries(projectDir, ownKinds)],
    // Otherwise esbuild reads whichever tsconfig.json lies above the project.
    tsconfigRaw: { compilerOptions: { target: 'es2024', useDefineForClassFields: true } },
  }) satisfies BuildOptions

/**
 * Bundles an entry file: the project's files inside, packages outside.
 *
 * @param entryPath - Absolute, or relative to the project's folder; TypeScript, JavaScript or YAML.
 * @param ownKinds - Modules of the project that bring kinds of steps and transforms, for YAML.
 * @throws RegiaError `BUNDLE_FAILED` with file, line, column and what is wrong.
 */
export async function bundleEntry(
  entryPath: string,
  projectDir: string,
  ownKinds: OwnKinds = NO_KINDS,
): Promise<Bundle> {
  const root = resolve(projectDir)
  const entry = relative(root, resolve(root, entryPath)).replaceAll('\\', '/')
  const built = await buildOrExplain({
    ...buildOptions(root, ownKinds),
    entryPoints: [{ in: join(root, entry), out: 'bundle' }],
    outdir: root,
    outExtension: { '.js': '.mjs' },
    sourcemap: 'external',
    sourceRoot: `${pathToFileURL(root).href}/`,
    sourcesContent: false,
  })
  const code = outputText(built.files, '.mjs')
  return {
    digest: digestOf(code),
    code,
    sourceMap: outputText(built.files, '.map'),
    projectDir: root,
    entry,
    files: built.inputs,
    lockfileDigest: await findLockfileDigest(root),
    ownKinds,
  }
}

/** Bundles, and says what is wrong in our words. @throws RegiaError `BUNDLE_FAILED`. */
export async function buildOrExplain(options: BuildOptions): Promise<{
  readonly files: readonly OutputFile[]
  readonly inputs: readonly string[]
}> {
  // Loaded on first use: who only runs pipelines needs no bundler.
  const { build } = await import('esbuild')
  try {
    const { outputFiles = [], metafile } = await build(options)
    return { files: outputFiles, inputs: Object.keys(metafile?.inputs ?? {}).sort() }
  } catch (cause) {
    throw bundleFailure(cause)
  }
}

/** The text of the output whose path ends so. */
export function outputText(files: readonly OutputFile[], ending: string): string {
  const found = files.find(({ path }) => path.endsWith(ending))
  if (found) return found.text
  throw new Error(`unreachable: esbuild made no ${ending} file`)
}

const LOCKFILES = ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock']

/** The lockfile may stand above the project, at the root of a workspace. */
async function findLockfileDigest(projectDir: string): Promise<Digest | undefined> {
  for (let folder = projectDir; ; folder = resolve(folder, '..')) {
    for (const name of LOCKFILES) {
      const content = await readFile(join(folder, name)).catch(() => undefined)
      if (content) return digestSchema.parse(`sha256:${createHash('sha256').update(content).digest('hex')}`)
    }
    if (resolve(folder, '..') === folder) return undefined
  }
}
