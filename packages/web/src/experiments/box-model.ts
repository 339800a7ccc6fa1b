import { quantileSorted, type TrackedRun } from '@regia/core'
import type { Field } from './field.ts'
import { runValue } from './run-value.ts'

/** How a metric is spread over the runs with one value of a param. Whiskers reach the farthest value within 1.5 times the box. */
export type Box = {
  readonly value: string
  readonly count: number
  readonly low: number
  readonly lower: number
  readonly median: number
  readonly upper: number
  readonly high: number
  readonly outliers: readonly number[]
}

const MOST_BOXES = 30

/** The boxes of the most frequent values, in their order. @see Tukey (1977), Exploratory Data Analysis, for fences and outliers. */
export function boxes(runs: readonly TrackedRun[], by: Field, metric: Field): readonly Box[] {
  const groups = new Map<string, number[]>()
  for (const run of runs) {
    const group = runValue(run, by)
    const value = runValue(run, metric)
    if (group === undefined || typeof value !== 'number') continue
    const values = groups.get(String(group))
    if (values) values.push(value)
    else groups.set(String(group), [value])
  }
  return [...groups]
    .toSorted((a, b) => b[1].length - a[1].length)
    .slice(0, MOST_BOXES)
    .map(([value, values]) => boxOf(value, values))
    .toSorted((a, b) => a.value.localeCompare(b.value, 'en', { numeric: true }))
}

function boxOf(value: string, values: readonly number[]): Box {
  const sorted = Float64Array.from(values).sort()
  const [lower, median, upper] = [0.25, 0.5, 0.75].map((fraction) => quantileSorted(sorted, fraction))
  const [q1 = 0, q2 = 0, q3 = 0] = [lower, median, upper]
  const reach = 1.5 * (q3 - q1)
  const inside = [...sorted].filter((each) => each >= q1 - reach && each <= q3 + reach)
  return {
    value,
    count: values.length,
    low: inside[0] ?? q1,
    lower: q1,
    median: q2,
    upper: q3,
    high: inside.at(-1) ?? q3,
    outliers: [...sorted].filter((each) => each < q1 - reach || each > q3 + reach),
  }
}
