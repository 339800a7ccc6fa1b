import { decodeNumber, type TrackedRunDetail } from '@regia/core'
import { formatDuration } from '../kernel/format.ts'
import { isSystemMetric } from './default-columns.ts'
import { isLowerBetter } from './group-model.ts'
import { formatLogged } from './logged-text.ts'

export type CompareGroup = 'Run' | 'Metrics' | 'Params' | 'Tags' | 'Data'
export type CompareLine = {
  readonly group: CompareGroup
  readonly name: string
  /** `undefined` where a run has none. */
  readonly values: readonly (string | undefined)[]
  readonly isDifferent: boolean
  /** Of a metric: the places of the runs with the best value, where they are not all the same. */
  readonly best: readonly number[]
}

/** Runs side by side, group by group; in each what differs comes first. */
export function compareLines(runs: readonly TrackedRunDetail[]): readonly CompareLine[] {
  return [
    ...differencesFirst(runFacts(runs)),
    ...differencesFirst(metricLines(runs)),
    ...differencesFirst(textLines('Params', runs, (run) => run.params)),
    ...differencesFirst(dataLines(runs)),
    ...differencesFirst(textLines('Tags', runs, (run) => run.tags)),
  ]
}

const line = (group: CompareGroup, name: string, values: readonly (string | undefined)[]): CompareLine => ({
  group,
  name,
  values,
  isDifferent: new Set(values).size > 1,
  best: [],
})

const differencesFirst = (lines: readonly CompareLine[]): readonly CompareLine[] =>
  lines.toSorted((a, b) => Number(b.isDifferent) - Number(a.isDifferent))

function runFacts(runs: readonly TrackedRunDetail[]): readonly CompareLine[] {
  const of = (name: string, read: (run: TrackedRunDetail) => string | undefined) => line('Run', name, runs.map(read))
  return [
    of('status', (run) => run.status),
    of('experiment', (run) => run.experimentId),
    of('user', (run) => run.user),
    of('source', (run) => run.source),
    of('took', (run) =>
      run.startedAt && run.finishedAt
        ? formatDuration(Date.parse(run.finishedAt) - Date.parse(run.startedAt))
        : undefined,
    ),
    of('parent', (run) => run.parentId),
  ]
}

const keysIn = (runs: readonly TrackedRunDetail[], read: (run: TrackedRunDetail) => readonly string[]) =>
  [...new Set(runs.flatMap(read))].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))

function textLines(
  group: CompareGroup,
  runs: readonly TrackedRunDetail[],
  read: (run: TrackedRunDetail) => Readonly<Record<string, string>>,
): readonly CompareLine[] {
  return keysIn(runs, (run) => Object.keys(read(run))).map((key) =>
    line(
      group,
      key,
      runs.map((run) => read(run)[key]),
    ),
  )
}

const dataLines = (runs: readonly TrackedRunDetail[]): readonly CompareLine[] =>
  keysIn(runs, (run) => run.datasets.map(({ name }) => name)).map((name) =>
    line(
      'Data',
      name,
      runs.map((run) => run.datasets.find((each) => each.name === name)?.digest),
    ),
  )

function metricLines(runs: readonly TrackedRunDetail[]): readonly CompareLine[] {
  const keys = keysIn(runs, (run) => run.metrics.map(({ key }) => key)).filter((key) => !isSystemMetric(key))
  return keys.map((key) => {
    const found = runs.map((run) => run.metrics.find((each) => each.key === key)?.value)
    const numbers = found.map((value) => (value === undefined ? Number.NaN : decodeNumber(value)))
    const isDifferent = new Set(found).size > 1
    return {
      group: 'Metrics',
      name: key,
      values: found.map((value) => (value === undefined ? undefined : formatLogged(value))),
      isDifferent,
      best: isDifferent ? bestPlaces(numbers, isLowerBetter(key)) : [],
    }
  })
}

function bestPlaces(numbers: readonly number[], isLower: boolean): readonly number[] {
  const finite = numbers.filter(Number.isFinite)
  if (finite.length < 2) return []
  const best = isLower ? Math.min(...finite) : Math.max(...finite)
  return numbers.flatMap((value, i) => (value === best ? [i] : []))
}

const METRIC_COUNT = 6

/** Metrics that at least two of the runs have: those whose curves are worth a look together. */
export const commonMetrics = (runs: readonly TrackedRunDetail[]): readonly string[] =>
  keysIn(runs, (run) => run.metrics.map(({ key }) => key))
    .filter((key) => !isSystemMetric(key))
    .map((key) => ({ key, count: runs.filter((run) => run.metrics.some((each) => each.key === key)).length }))
    .filter(({ count }) => count > 1)
    .toSorted((a, b) => b.count - a.count)
    .slice(0, METRIC_COUNT)
    .map(({ key }) => key)
