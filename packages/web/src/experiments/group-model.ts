import { decodeNumber, type TrackedRun } from '@regia/core'
import type { Field } from './field.ts'

export type GroupMetric = {
  readonly key: string
  /** Of the runs of the group that have it. */
  readonly mean: number
  readonly best: number
  readonly count: number
}
export type RunGroup = {
  /** `undefined`: the runs that do not have it. */
  readonly value: string | undefined
  readonly runCount: number
  readonly failedCount: number
  readonly metrics: ReadonlyMap<string, GroupMetric>
}

const LOWER_IS_BETTER =
  /(loss|error|mae|mse|rmse|mape|brier|perplexity|deviance|distance|duration|latency|_ms|seconds)/i

/** Whether a smaller value of a metric is better, as far as its name tells. */
export const isLowerBetter = (key: string): boolean => LOWER_IS_BETTER.test(key)

/** Runs put together by the text of one field: how many, and mean and best of each metric. The largest group first. */
export function groupRuns(runs: readonly TrackedRun[], by: Field, metrics: readonly string[]): readonly RunGroup[] {
  const groups = new Map<string | undefined, TrackedRun[]>()
  for (const run of runs) {
    const value = textOf(run, by)
    const group = groups.get(value)
    if (group) group.push(run)
    else groups.set(value, [run])
  }
  return [...groups]
    .map(([value, members]) => ({
      value,
      runCount: members.length,
      failedCount: members.filter(({ status }) => status === 'failed').length,
      metrics: new Map(metrics.flatMap((key) => summaryOf(members, key) ?? []).map((each) => [each.key, each])),
    }))
    .sort((a, b) => b.runCount - a.runCount)
}

export function textOf(run: TrackedRun, { kind, key }: Field): string | undefined {
  if (kind === 'param') return run.params[key]
  if (kind === 'tag') return run.tags[key]
  if (key === 'status') return run.status
  if (key === 'user') return run.user
  return key === 'source' ? run.source : undefined
}

function summaryOf(runs: readonly TrackedRun[], key: string): GroupMetric | undefined {
  const values = runs.flatMap((run) => {
    const metric = run.metrics.find((each) => each.key === key)
    const value = metric && decodeNumber(metric.value)
    return value !== undefined && Number.isFinite(value) ? [value] : []
  })
  if (values.length === 0) return undefined
  const pick = isLowerBetter(key) ? Math.min : Math.max
  return {
    key,
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    best: values.reduce((best, value) => pick(best, value)),
    count: values.length,
  }
}
