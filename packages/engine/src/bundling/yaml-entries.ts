import { readFile } from 'node:fs/promises'
import { posix, relative, sep } from 'node:path'
import { RegiaError } from '@regia/core'
import type { Plugin } from 'esbuild'

/** Modules of the project by the name of the kind that each one brings; paths from the project's folder. */
type KindModules = { readonly [kind: string]: string }
export type OwnKinds = { readonly steps: KindModules; readonly transforms: KindModules }
export const NO_KINDS: OwnKinds = { steps: {}, transforms: {} }

/** What of a step decides only when and where it runs, and so is no part of its code. */
const NOT_CODE = new Set([
  'description',
  'when',
  'map',
  'tags',
  'cache',
  'retries',
  'timeout',
  'resources',
  'env',
  'secrets',
])
const CODE_WORDS = ['sql', 'split', 'score', 'learner', 'type']

/** Reads a pipeline, or an endpoint, that is written in YAML as the module that it stands for: one export per step that is code, so that each is hashed alone. */
export const yamlEntries = (projectDir: string, ownKinds: OwnKinds): Plugin => ({
  name: 'regia-yaml-entries',
  setup(build) {
    build.onLoad({ filter: /\.ya?ml$/, namespace: 'file' }, async ({ path }) => {
      const file = relative(projectDir, path).split(sep).join('/')
      return { contents: await moduleOfYaml(await readFile(path, 'utf8'), file, ownKinds), loader: 'js' }
    })
  },
})

/**
 * The module that a YAML file stands for.
 *
 * @param file - From the project's folder, with `/`.
 * @throws RegiaError `BUNDLE_FAILED` with line and column, for text that is no YAML.
 */
export async function moduleOfYaml(text: string, file: string, ownKinds: OwnKinds): Promise<string> {
  const { document, lines } = await parseYaml(text, file)
  if (isObject(document) && 'endpoint' in document) return moduleOfEndpoint(file, document, lines)
  const imports: string[] = []
  const exports: string[] = []
  const steps: string[] = []
  const importAs = (name: string, from: string, exported: string) => {
    imports.push(`import { ${exported} as ${name} } from ${JSON.stringify(from)}`)
    return name
  }
  for (const [index, [name, step]] of Object.entries(stepsOf(document)).entries()) {
    const place = `${file}:${lines[name] ?? 1}`
    const used = /^(\.{1,2}\/.+)#([\w$]+)$/.exec(String(step.uses ?? ''))
    if (used) steps.push(`${JSON.stringify(name)}: ${importAs(`used_${index}`, used[1]!, used[2]!)}`)
    else if (CODE_WORDS.some((word) => word in step)) {
      const path = typeof step.type === 'string' ? typePath(step.type, ownKinds.steps, file, place) : undefined
      const type = path === undefined ? 'undefined' : importAs(`type_${index}`, path, 'default')
      const transforms = ownTransforms(step, ownKinds.transforms).map((path, i) =>
        importAs(`transform_${index}_${i}`, relativeTo(file, path), 'default'),
      )
      exports.push(
        `export const step_${index} = /* @__PURE__ */ yamlStep(${JSON.stringify(name)}, ${JSON.stringify(codeOf(step))}, ${type}, [${transforms.join(', ')}])`,
      )
      steps.push(`${JSON.stringify(name)}: step_${index}`)
    }
  }
  return [
    `import { yamlPipeline, yamlStep } from 'regia/yaml'`,
    ...imports,
    ...exports,
    `export default /* @__PURE__ */ yamlPipeline({`,
    `  file: ${JSON.stringify(file)}, document: ${JSON.stringify(document)},`,
    `  lines: ${JSON.stringify(lines)}, steps: { ${steps.join(', ')} },`,
    '})',
    '',
  ].join('\n')
}

const moduleOfEndpoint = (file: string, document: object, lines: { readonly [field: string]: number }): string =>
  [
    `import { yamlEndpoint } from 'regia/yaml'`,
    `export default yamlEndpoint(${JSON.stringify({ file, document, lines })})`,
    '',
  ].join('\n')

type Step = { readonly [word: string]: unknown }

/** The words that a step's result depends on. Of its inputs only their names: what comes in is told by its content. */
function codeOf(step: Step): Step {
  const { in: inputs, ...rest } = step
  const words = Object.entries(rest).filter(([word]) => !NOT_CODE.has(word))
  const names = isObject(inputs) ? Object.keys(inputs) : []
  return { ...Object.fromEntries(words), in: Object.fromEntries(names.sort().map((name) => [name, null])) }
}

/** Wrong shapes are left to who compiles the document: it says them better. */
function stepsOf(document: unknown): { readonly [name: string]: Step } {
  const steps = isObject(document) && isObject(document.steps) ? document.steps : {}
  return Object.fromEntries(Object.entries(steps).filter((entry): entry is [string, Step] => isObject(entry[1])))
}

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Modules of the project's own transforms that a step names. What is neither theirs nor ours is said by who compiles the document. */
function ownTransforms({ transforms }: Step, modules: KindModules): readonly string[] {
  const named = Array.isArray(transforms) ? transforms.flatMap((each) => (isObject(each) ? Object.keys(each) : [])) : []
  return [...new Set(named)].flatMap((kind) => (Object.hasOwn(modules, kind) ? [modules[kind]!] : []))
}

/** A path of the project as a module beside the file imports it. */
function relativeTo(file: string, path: string): string {
  const from = posix.relative(posix.dirname(file), posix.normalize(path))
  return from.startsWith('.') ? from : `./${from}`
}

function typePath(type: string, stepTypes: KindModules, file: string, where: string): string {
  const path = stepTypes[type]
  if (path !== undefined) return relativeTo(file, path)
  throw new RegiaError('PIPELINE_INVALID', `There is no kind of step "${type}".`, {
    where,
    hint: `The project's regia.config.ts brings: ${Object.keys(stepTypes).join(', ') || 'none'}.`,
  })
}

async function parseYaml(text: string, file: string) {
  const { isMap, isScalar, LineCounter, parseDocument } = await import('yaml')
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter })
  const [problem] = document.errors
  if (problem) {
    const [start] = problem.linePos ?? []
    throw new RegiaError('BUNDLE_FAILED', `The file is no YAML: ${problem.message.split('\n')[0]}`, {
      where: start ? `${file}:${start.line}:${start.col}` : file,
      hint: 'Look at the indentation and at quotes around texts with ": " in them.',
    })
  }
  // Of a pipeline where each step begins, of an endpoint each field.
  const lines: { [name: string]: number } = {}
  const named = isMap(document.contents) && document.has('endpoint') ? document.contents : document.get('steps')
  for (const { key } of isMap(named) ? named.items : []) {
    if (isScalar(key) && key.range) lines[String(key.value)] = lineCounter.linePos(key.range[0]).line
  }
  return { document: document.toJS({ maxAliasCount: 100 }) as unknown, lines }
}
