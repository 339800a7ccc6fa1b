import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import type { Loader, Plugin } from 'esbuild'

/** Prefix of the names under which steps that a file keeps to itself are exported for hashing. */
export const HIDDEN_EXPORT = '__regia_step_'

const LOADERS: { readonly [ending: string]: Loader } = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.tsx': 'tsx',
  '.js': 'js',
  '.mjs': 'js',
  '.jsx': 'jsx',
}

/** Packages whose calls only describe: a step is not affected by what they describe for others. */
const PURE_PACKAGES = ['regia', 'regia/yaml', 'zod']

/**
 * Prepares the project's files for hashing step by step.
 *
 * - Calls of builders (`step(…)`, `pipeline(…)`, `z.object(…)`) are marked as free of side effects, so that tree shaking drops what a step does not use.
 * - Steps that a file does not export are exported under a name of ours.
 *
 * The code is hashed, never run as a step, so marks inside texts do no harm.
 */
export const exposeSteps: Plugin = {
  name: 'regia-expose-steps',
  setup(build) {
    build.onLoad({ filter: /\.[mc]?[jt]sx?$/, namespace: 'file' }, async ({ path }) => {
      const loader = LOADERS[extname(path)]
      if (!loader) return undefined
      const source = await readFile(path, 'utf8')
      const plain = await build.esbuild.transform(source, {
        loader,
        format: 'esm',
        sourcemap: 'inline',
        sourcefile: path,
      })
      return { contents: markBuilders(plain.code), loader: 'js' }
    })
  },
}

/** Works on what esbuild printed: one import per line or block, top-level statements at the start of a line. */
export function markBuilders(code: string): string {
  const names = importedNames(code)
  const builders = [...names.keys(), ...catalogNames(code)]
  if (builders.length === 0) return code
  const step = [...names].find(([, imported]) => imported === 'step')?.[0]
  const hidden = step === undefined ? [] : unexportedSteps(code, step)
  const exports = hidden.map((name) => `${name} as ${HIDDEN_EXPORT}${name}`)
  const marked = code.replace(callPattern(builders), '/* @__PURE__ */ $&')
  return exports.length > 0 ? `${marked}\nexport { ${exports.join(', ')} };\n` : marked
}

/** Local names of what comes from a pure package, with the names that they have there. */
function importedNames(code: string): Map<string, string> {
  const names = new Map<string, string>()
  for (const [, list, from] of code.matchAll(/^import\s*\{([^}]*)\}\s*from\s*"([^"]+)"/gm)) {
    if (!PURE_PACKAGES.includes(from!)) continue
    for (const item of list!.split(',')) {
      const [imported, local = imported] = item.trim().split(/\s+as\s+/)
      if (imported && local) names.set(local, imported)
    }
  }
  return names
}

/** The catalogs of a file, its own or another file's: what its flows are called on. */
const catalogNames = (code: string): readonly string[] => [
  ...new Set([...code.matchAll(/^(?:const|let|var) [\w$]+ = ([\w$]+)\.flow\(/gm)].map(([, name]) => name!)),
]

function unexportedSteps(code: string, step: string): string[] {
  const declared = [...code.matchAll(new RegExp(`^(?:const|let|var) ([\\w$]+) = ${escaped(step)}\\(`, 'gm'))]
  const exported = [...code.matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, list]) => list!.split(','))
  const names = new Set(exported.map((item) => item.trim().split(/\s+/)[0]))
  return declared.map(([, name]) => name!).filter((name) => !names.has(name))
}

/**
 * Only where the value is used (after `=`, `(`, `[`, `,`, `:` or `=>`): a call that stands as a statement inside a function, such as
 * `z.array(Row).parse(rows)`, is there for its effect and must stay in the hash.
 */
const callPattern = (names: readonly string[]) =>
  new RegExp(`(?<=(?:[=([,:]|=>)\\s*)(?:${names.map(escaped).join('|')})(?=[.(])`, 'g')

const escaped = (text: string) => text.replace(/[$.*+?^()|[\]{}\\]/g, '\\$&')
