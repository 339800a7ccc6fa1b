import { readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { dirname, extname, join, relative, resolve } from 'node:path'
import type { BuildOptions, Metafile, Plugin } from 'esbuild'
import { bundleFailure } from '../bundling/bundle-failure.ts'
import type { BundleFile } from './bundle-file.ts'

export type BundleProgram = {
  /** `NAME.mjs`, and the files of its threads beside it. */
  readonly files: readonly BundleFile[]
  /** Absolute paths of all source files inside. */
  readonly inputs: readonly string[]
}

export type BundleProgramOptions = {
  /** Absolute path of the entry file, source or compiled. */
  readonly entry: string
  /** Without ending: `server`. */
  readonly name: string
  /** Packages that stay outside, found in `node_modules` beside the program. */
  readonly external?: readonly string[]
  /** A page needs `browser`. */
  readonly platform?: 'node' | 'browser'
  readonly minify?: boolean
}

/** Packages of the control plane that no program in a bundle uses. They have native files, or are large, and are not read at all. */
const LEFT_OUT = ['@duckdb/*', 'better-sqlite3', 'esbuild', '*.node']

/** Reached by none of what a page uses of our packages. */
const NOT_IN_PAGES = ['node:*', 'onnxruntime-node']

/**
 * What is loaded later (`import('./file.ts')`) belongs to parts that no program in a bundle reaches; were it read, esbuild would load
 * every module that it shares with them late, too late for some. Reached all the same it is refused below.
 */
const leaveLaterImports: Plugin = {
  name: 'leave-later-imports',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^\./ }, ({ kind, path }) => (kind === 'dynamic-import' ? { path, external: true } : undefined))
  },
}

/** CommonJS packages inside an ES module still ask for Node's own modules by `require`. */
const REQUIRE = `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`

/**
 * Makes one ES module of a program of ours and everything that it imports, packages included. What it starts on other threads becomes
 * a file beside it, under the name by which it is looked for. Equal sources give equal bytes.
 *
 * @throws RegiaError `BUNDLE_FAILED` where something that it imports is not installed.
 */
export async function buildProgram(options: BundleProgramOptions): Promise<BundleProgram> {
  const { entry, name } = options
  const root = dirname(entry)
  const main = { in: entry, out: name }
  const alone = await build(options, root, [main])
  const threads = await threadEntries(alone.inputs)
  const { outputFiles, inputs } = threads.length === 0 ? alone : await build(options, root, [main, ...threads])
  return {
    files: outputFiles.map(({ path, text }) => ({ path: relative(root, path), content: text })).sort(byPath),
    inputs,
  }
}

type EntryPoint = { readonly in: string; readonly out: string }

async function build(options: BundleProgramOptions, root: string, entryPoints: readonly EntryPoint[]) {
  const { entry, external = ['onnxruntime-node'], platform = 'node', minify = false } = options
  const esbuild = await import('esbuild')
  const settings = {
    absWorkingDir: root,
    entryPoints: entryPoints.map((point) => ({ ...point })),
    outdir: root,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform,
    target: platform === 'node' ? 'node22' : 'es2022',
    external: [...external, ...LEFT_OUT, ...(platform === 'browser' ? NOT_IN_PAGES : [])],
    plugins: [leaveLaterImports],
    // Sources are built from the sources of the other packages, as tests run them; compiled files from compiled ones.
    conditions: extname(entry) === '.ts' ? ['source', 'module'] : ['module'],
    minify,
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'silent',
    banner: platform === 'node' ? { js: REQUIRE } : {},
    tsconfigRaw: { compilerOptions: { target: 'es2024', useDefineForClassFields: true } },
  } satisfies BuildOptions
  const { outputFiles, metafile } = await esbuild.build(settings).catch((cause: unknown) => {
    throw bundleFailure(cause)
  })
  assertNothingMissing(
    metafile,
    platform === 'node' ? (path) => isBuiltin(path) || external.includes(path) : () => false,
  )
  return { outputFiles, inputs: usedInputs(metafile, root) }
}

/** A package that was left out and is reached all the same would be missed when the program starts, far from here. */
function assertNothingMissing({ outputs }: Metafile, isThere: (path: string) => boolean): void {
  const imported = Object.values(outputs).flatMap(({ imports }) =>
    imports.flatMap((each) => (each.external ? each.path : [])),
  )
  const missing = imported.find((path) => !isThere(path))
  if (missing !== undefined) throw new Error(`unreachable: a program of a bundle imports "${missing}"`)
}

/** The files of which something is left after what nobody reaches was shaken off. */
function usedInputs({ outputs }: Metafile, root: string): readonly string[] {
  const used = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [resolve(root, path)] : [])),
  )
  return [...new Set(used)].sort()
}

/** Threads of ours run a file beside the one that starts them, with its ending: `new URL(`./NAME${ending}`, import.meta.url)`. */
const THREAD = /new URL\(`\.\/([\w-]+)\$\{/g

async function threadEntries(inputs: readonly string[]): Promise<readonly EntryPoint[]> {
  const own = inputs.filter((path) => !path.includes('/node_modules/'))
  const found = await Promise.all(
    own.map(async (path) => {
      const code = await readFile(path, 'utf8')
      return [...code.matchAll(THREAD)].map(([, name = '']) => ({
        in: join(dirname(path), `${name}${extname(path)}`),
        out: name,
      }))
    }),
  )
  return found.flat()
}

const byPath = (a: { readonly path: string }, b: { readonly path: string }): number => (a.path < b.path ? -1 : 1)
