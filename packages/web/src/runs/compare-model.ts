import type { GraphStep, Run, StepRun } from '@regia/core'
import { formatCell, formatDuration, formatNumber } from '../kernel/format.ts'

export type Line = { readonly name: string; readonly values: readonly string[]; readonly isDifferent: boolean }
export type StepLine = Line & { readonly step: string; readonly differences: readonly string[] }

const line = (name: string, values: readonly string[]): Line => ({
  name,
  values,
  isDifferent: new Set(values).size > 1,
})

const namesIn = (runs: readonly Run[], read: (run: Run) => Readonly<Record<string, unknown>>) => [
  ...new Set(runs.flatMap((run) => Object.keys(read(run)))),
]

/** What was set and what came out, one line each. */
export function runLines(runs: readonly Run[]): readonly Line[] {
  const of = (name: string, read: (run: Run) => string) => line(name, runs.map(read))
  return [
    of('status', (run) => run.status),
    of('pipeline version', (run) => `v${run.pipelineVersion}`),
    of('environment', (run) => run.environment ?? 'base'),
    of('data', (run) => run.datasets.map(({ name, version }) => `${name}@${version}`).join(', ') || '–'),
    of('lockfile', (run) => run.graph.lockfileDigest?.slice(7, 17) ?? '–'),
    of('took', (run) => formatDuration(durationOf(run.startedAt, run.finishedAt))),
    of('from cache', (run) => `${run.cachedStepCount} of ${run.stepCount}`),
    ...namesIn(runs, (run) => run.params).map((name) => of(`param ${name}`, (run) => formatCell(run.params[name]))),
    ...namesIn(runs, (run) => run.metrics).map((name) => of(name, (run) => formatNumber(run.metrics[name]))),
  ]
}

/** Each step in each run: how it went, how long it took, and what of it is not the same. */
export function stepLines(runs: readonly Run[]): readonly StepLine[] {
  const ids = [...new Set(runs.flatMap((run) => run.graph.steps.map(({ id }) => id)))]
  const indexes = runs.map((run) => ({
    steps: new Map(run.graph.steps.map((step) => [step.id, step])),
    stepRuns: new Map(run.steps.map((stepRun) => [stepRun.step, stepRun])),
  }))
  return ids.map((id) => {
    const found = indexes.map(({ steps, stepRuns }) => ({ step: steps.get(id), stepRun: stepRuns.get(id) }))
    const [first, ...others] = found
    const differences = first ? [...new Set(others.flatMap((other) => differencesOf(first, other)))] : []
    const values = found.map(({ step, stepRun }) => (step ? stateOf(stepRun) : 'not in it'))
    return { ...line(id, values), step: id, differences, isDifferent: differences.length > 0 }
  })
}

type Found = { readonly step: GraphStep | undefined; readonly stepRun: StepRun | undefined }

const durationOf = (from: string | undefined, until: string | undefined) =>
  from && until ? Date.parse(until) - Date.parse(from) : undefined

function stateOf(stepRun: StepRun | undefined): string {
  if (!stepRun) return 'not run'
  const took = durationOf(stepRun.startedAt, stepRun.finishedAt)
  return stepRun.status === 'cached' || took === undefined
    ? stepRun.status
    : `${stepRun.status}, ${formatDuration(took)}`
}

function differencesOf(a: Found, b: Found): readonly string[] {
  if (!a.step || !b.step) return ['only in one of them']
  return [
    ...codeDifferences(a.step, b.step),
    ...changedNames(digestsOf(a.stepRun?.inputs), digestsOf(b.stepRun?.inputs)).map((name) => `input ${name}`),
    ...changedNames(digestsOf(a.stepRun?.outputs), digestsOf(b.stepRun?.outputs)).map((name) => `output ${name}`),
    ...(isGood(a.stepRun) === isGood(b.stepRun) ? [] : ['status']),
  ]
}

/** The files whose content is another; where files are not known, the code as a whole. */
function codeDifferences(a: GraphStep, b: GraphStep): readonly string[] {
  if (a.codeDigest === b.codeDigest) return []
  const files = changedNames(a.codeFiles ?? {}, b.codeFiles ?? {})
  return files.length > 0 ? files.map((file) => `code ${file}`) : ['code']
}

// What did not come to an end has no outputs yet: that says nothing of what it would make.
const digestsOf = (artifacts: StepRun['inputs'] = {}) =>
  Object.fromEntries(Object.entries(artifacts).map(([name, { digest }]) => [name, digest]))

function changedNames(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): readonly string[] {
  if (Object.keys(a).length === 0 || Object.keys(b).length === 0) return []
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name])
}

const isGood = (stepRun: StepRun | undefined) => stepRun?.status === 'succeeded' || stepRun?.status === 'cached'
