import {
  canonicalJson,
  type GraphStep,
  type PipelineGraph,
  type PipelineVersion,
  refText,
  type VersionDiff,
} from '@regia/core'

/** One thing that differs, in words. */
export type Change = VersionDiff['settings'][number]

/** Texts by what they describe: `retries`, `input "rows"`, `code src/clean.ts`. */
type Facts = ReadonlyMap<string, string>

const MAX_TEXT = 300

/** What is different between two versions of a pipeline, step by step. Where the author wrote a step is no difference. */
export function diffVersions(before: PipelineVersion, after: PipelineVersion): VersionDiff {
  const [old, now] = [stepsOf(before.graph), stepsOf(after.graph)]
  const changed = [...now.values()].flatMap((step) => {
    const known = old.get(step.id)
    const changes = known ? changesOfStep(known, step) : []
    return changes.length > 0 ? [{ step: step.id, changes: [...changes] }] : []
  })
  return {
    pipeline: after.pipeline,
    before: before.version,
    after: after.version,
    added: [...now.keys()].filter((id) => !old.has(id)),
    removed: [...old.keys()].filter((id) => !now.has(id)),
    changed,
    settings: [...differences(factsOfPipeline(before.graph), factsOfPipeline(after.graph))],
    bundles: { before: before.bundleDigest, after: after.bundleDigest },
  }
}

const stepsOf = ({ steps }: PipelineGraph): ReadonlyMap<string, GraphStep> =>
  new Map(steps.map((step) => [step.id, step]))

function differences(before: Facts, after: Facts): readonly Change[] {
  const names = new Set([...before.keys(), ...after.keys()])
  return [...names].flatMap((what) => {
    const [old, now] = [before.get(what), after.get(what)]
    if (old === now) return []
    if (old === undefined || now === undefined) {
      return [
        { what, ...(old !== undefined && { before: cut(old, 0) }), ...(now !== undefined && { after: cut(now, 0) }) },
      ]
    }
    const from = firstDifference(old, now)
    return [{ what, before: cut(old, from), after: cut(now, from) }]
  })
}

const firstDifference = (a: string, b: string): number => {
  let i = 0
  while (i < a.length && a[i] === b[i]) i++
  return i
}

/** A long text around the place where it differs. */
function cut(full: string, difference: number): string {
  if (full.length <= MAX_TEXT) return full
  const start = Math.max(0, difference - MAX_TEXT / 3)
  const end = start + MAX_TEXT
  return `${start > 0 ? '…' : ''}${full.slice(start, end)}${end < full.length ? '…' : ''}`
}

/** Where the files tell what is different in the code, its digest as a whole has nothing to add. */
function changesOfStep(before: GraphStep, after: GraphStep): readonly Change[] {
  const changes = differences(factsOfStep(before), factsOfStep(after))
  return changes.some(({ what }) => what.startsWith('code ')) ? changes.filter(({ what }) => what !== 'code') : changes
}

/** Everything of a step that changes what it does. */
function factsOfStep(step: GraphStep): Facts {
  return new Map([
    ...codeFacts(step),
    ...Object.entries(step.inputs).map(([name, ref]) => fact(`input "${name}"`, refText(ref))),
    ...named('type of input', step.inputTypes),
    ...named('output', step.outputs),
    ...step.when.map(({ ref, is, value }, i) => fact(`condition ${i + 1}`, `${refText(ref)} ${is} ${text(value)}`)),
    ...named('variable', step.env),
    ...(step.checks ?? []).map((check, i) => fact(`check ${i + 1}`, text(check))),
    ...settingsOf(step),
  ])
}

function codeFacts({ codeDigest, codeFiles = {}, command }: GraphStep): readonly Fact[] {
  const files = Object.entries(codeFiles).map(([path, digest]) => fact(`code ${path}`, short(digest)))
  return [
    ...files,
    fact('code', short(codeDigest)),
    ...(command ? [fact('command', command.argv.join(' '))] : []),
    ...(command?.files ? [fact('files of the command', short(command.files))] : []),
  ]
}

const SETTINGS = [
  'kind',
  'group',
  'tags',
  'description',
  'map',
  'cache',
  'cacheTtlMs',
  'retries',
  'infrastructureRetries',
  'backoff',
  'atMostOnce',
  'timeoutMs',
  'cpu',
  'memoryMb',
  'secrets',
  'approval',
  'save',
  'register',
] as const satisfies readonly (keyof GraphStep)[]

const settingsOf = (step: GraphStep): readonly Fact[] =>
  SETTINGS.flatMap((name) => {
    const value = step[name]
    return value === undefined ? [] : [fact(name, text(value))]
  })

function factsOfPipeline(graph: PipelineGraph): Facts {
  return new Map([
    ...Object.entries(graph.params).flatMap(paramFacts),
    ...named('catalog entry', graph.catalog),
    fact('description', graph.description),
    fact('onFailure', graph.onFailure),
    ...(graph.environment === undefined ? [] : [fact('environment', graph.environment)]),
    ...(graph.lockfileDigest === undefined ? [] : [fact('lockfile', short(graph.lockfileDigest))]),
  ])
}

/** The default stands by itself: it is what changes most. */
function paramFacts([name, { schema, default: preset }]: [string, PipelineGraph['params'][string]]): readonly Fact[] {
  const { $schema: _, default: __, ...type } = schema
  const facts = [fact(`param "${name}"`, text(type))]
  return preset === undefined ? facts : [...facts, fact(`default of param "${name}"`, text(preset))]
}

type Fact = readonly [string, string]
const fact = (what: string, value: string): Fact => [what, value]

const named = (word: string, values: Readonly<Record<string, unknown>>): readonly Fact[] =>
  Object.entries(values).map(([name, value]) => fact(`${word} "${name}"`, text(value)))

const short = (digest: string): string => digest.replace(/^sha256:/, '').slice(0, 12)

/** JSON with its keys in order, so that a reordered object is no difference. */
const text = (value: unknown): string => (typeof value === 'string' ? value : canonicalJson(value))
