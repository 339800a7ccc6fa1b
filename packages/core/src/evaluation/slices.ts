import { quantiles } from '../statistics/index.ts'
import { type Column, getColumn, type Table } from '../table/index.ts'
import { type EstimateOptions, estimateMetric } from './estimate.ts'
import type { Metric } from './metrics/index.ts'
import { type Outcome, selectRows } from './outcome.ts'
import type { Estimate } from './report.ts'

export type Slice = { readonly column: string; readonly value: string; readonly rows: Int32Array }
export type MeasuredSlice = {
  readonly column: string
  readonly value: string
  readonly metric: string
  readonly estimate: Estimate
}

/** Numbers with at most this many distinct values are sliced by value, others by quartile. */
const MAX_DISTINCT_NUMBERS = 24

/**
 * Splits rows by the values of a column: each category, each number of a few, or the quartiles of many.
 *
 * @param rows - Row numbers of the table, in the order of the outcome's rows.
 * @returns Slices whose `rows` index into `rows`, nulls as a slice of their own.
 */
export function sliceBy(table: Table, columnName: string, rows: Int32Array): Slice[] {
  const valueAt = namer(getColumn(table, columnName), rows)
  const byValue = new Map<string, number[]>()
  for (const [i, row] of rows.entries()) {
    const value = valueAt(row)
    const members = byValue.get(value)
    if (members) members.push(i)
    else byValue.set(value, [i])
  }
  return [...byValue].map(([value, members]) => ({ column: columnName, value, rows: Int32Array.from(members) }))
}

/** A metric on each slice with enough rows, with interval, worst first. Slices where it is not defined are left out. */
export function measureSlices(
  metric: Metric,
  outcome: Outcome,
  slices: readonly Slice[],
  { minimumRows = 50, ...options }: EstimateOptions & { readonly minimumRows?: number },
): MeasuredSlice[] {
  const measured = slices
    .filter((slice) => slice.rows.length >= minimumRows)
    .flatMap(({ column, value, rows }) => {
      const estimate = estimateMetric(metric, selectRows(outcome, rows), options)
      return estimate ? [{ column, value, metric: metric.name, estimate }] : []
    })
  const sign = metric.direction === 'higher' ? 1 : -1
  return measured.sort((a, b) => sign * (a.estimate.value - b.estimate.value))
}

function namer(column: Column, rows: Int32Array): (row: number) => string {
  if (column.type === 'string') return (row) => column.categories[column.codes[row]!] ?? '(null)'
  const { values } = column
  if (column.type === 'bool') return (row) => (Number.isNaN(values[row]!) ? '(null)' : String(values[row] === 1))
  const chosen = Float64Array.from(rows, (row) => values[row]!).filter((value) => !Number.isNaN(value))
  if (new Set(chosen).size <= MAX_DISTINCT_NUMBERS) {
    return (row) => (Number.isNaN(values[row]!) ? '(null)' : String(values[row]))
  }
  const [low, middle, high] = quantiles(chosen, [0.25, 0.5, 0.75]) as [number, number, number]
  return (row) => {
    const value = values[row]!
    if (Number.isNaN(value)) return '(null)'
    if (value <= low) return `≤ ${short(low)}`
    if (value <= middle) return `${short(low)} to ${short(middle)}`
    return value <= high ? `${short(middle)} to ${short(high)}` : `> ${short(high)}`
  }
}

const short = (value: number): string => String(Number(value.toPrecision(4)))
