import { z } from 'zod'
import { momentsOf, populationVariance, quantileSorted, sortedFinite } from '../statistics/index.ts'
import { type Column, type NumericColumn, nullCount, type StringColumn, type Table } from '../table/index.ts'
import { countsOnEdges } from './bins.ts'

export const MAX_NUMERIC_BINS = 32
export const MAX_CATEGORIES = 64
/** Up to so many different values are remembered, so that a value never seen in training can be told from a rare one. */
export const MAX_KNOWN_CATEGORIES = 1_000
const PREDICTION_BINS = 64
const SCORE_BINS = 256

export const numericReferenceSchema = z.object({
  kind: z.literal('numeric'),
  /** Inner edges, ascending; bin i holds [edges[i − 1], edges[i]), the first and last bin are open. */
  edges: z.array(z.number()),
  /** Rows per bin, one more than edges; nulls apart. */
  counts: z.array(z.number().int()),
  nullCount: z.number().int(),
  minimum: z.number(),
  maximum: z.number(),
  mean: z.number(),
  standardDeviation: z.number(),
})
export type NumericReference = z.infer<typeof numericReferenceSchema>

export const categoricalReferenceSchema = z.object({
  kind: z.literal('categorical'),
  /** The most frequent values, most frequent first. */
  categories: z.array(z.string()),
  /** Rows per category, then those of all others. */
  counts: z.array(z.number().int()),
  nullCount: z.number().int(),
  /** The rarer values that training saw. */
  otherCategories: z.array(z.string()),
  /** Whether `categories` and `otherCategories` are all that training saw. If not, nothing counts as unseen. */
  isComplete: z.boolean(),
  /** Values that training saw exactly once: how often a new one is to be expected (Good and Turing). */
  singletonCount: z.number().int(),
})
export type CategoricalReference = z.infer<typeof categoricalReferenceSchema>

export const columnReferenceSchema = z.discriminatedUnion('kind', [numericReferenceSchema, categoricalReferenceSchema])
export type ColumnReference = z.infer<typeof columnReferenceSchema>

/** `reference-profile.json` of a model package: how the inputs and scores of the training table were distributed. */
export const referenceProfileSchema = z.object({
  format: z.literal(1),
  rowCount: z.number().int(),
  columns: z.record(z.string(), columnReferenceSchema),
  /** Scores in equal-width bins. */
  prediction: numericReferenceSchema,
  /** Inner edges on which scores are counted against labels: quantiles of the training scores, and 0.5 where the decision is. */
  scoreEdges: z.array(z.number()),
  /** What a label says of a row: that it is of the positive class, or that the prediction was right. */
  labelMeaning: z.enum(['positive', 'correct']),
})
export type ReferenceProfile = z.infer<typeof referenceProfileSchema>

export type ReferenceProfileOptions = {
  /** Columns to watch; all but timestamps where absent. */
  readonly columns?: readonly string[]
  readonly labelMeaning?: 'positive' | 'correct'
}

/**
 * Describes a training table and its scores, as the reference of later windows.
 *
 * Numbers get up to 32 bins at their quantiles, or one per value where there are few; text and bool the 64 most frequent values.
 * Timestamps are left out: time moves on by itself.
 *
 * @param scores - Shape (rows,): what the model gives for the rows of `table`; held-out rows are better, their scores are not flattered.
 * @example referenceProfile(train, scores, { columns: signature.inputs.map((input) => input.name) })
 */
export function referenceProfile(
  table: Table,
  scores: Float64Array,
  { columns, labelMeaning = 'positive' }: ReferenceProfileOptions = {},
): ReferenceProfile {
  const watched = Object.entries(table.columns).filter(
    ([name, column]) => column.type !== 'timestamp' && (columns === undefined || columns.includes(name)),
  )
  return {
    format: 1,
    rowCount: table.rowCount,
    columns: Object.fromEntries(watched.map(([name, column]) => [name, columnReference(column)])),
    prediction: numericReference({ type: 'float', values: scores }, equalWidthEdges(sortedFinite(scores))),
    scoreEdges: scoreEdges(sortedFinite(scores)),
    labelMeaning,
  }
}

function columnReference(column: Column): ColumnReference {
  if (column.type === 'string') return categoricalReference(column)
  if (column.type === 'bool') return categoricalReference(asText(column))
  return numericReference(column, quantileEdges(sortedFinite(column.values), MAX_NUMERIC_BINS))
}

function numericReference(column: NumericColumn, edges: number[]): NumericReference {
  const sorted = sortedFinite(column.values)
  const moments = momentsOf(sorted)
  return {
    kind: 'numeric',
    edges,
    counts: countsOnEdges(edges, sorted),
    nullCount: column.values.length - sorted.length,
    // A column without any value has no range; zeros keep the profile JSON.
    minimum: sorted[0] ?? 0,
    maximum: sorted.at(-1) ?? 0,
    mean: moments.mean,
    standardDeviation: moments.n === 0 ? 0 : Math.sqrt(populationVariance(moments)),
  }
}

function categoricalReference(column: StringColumn): CategoricalReference {
  const counts = column.categories.map(() => 0)
  for (const code of column.codes) if (code >= 0) counts[code]! += 1
  const seen = column.categories
    .map((category, i) => ({ category, count: counts[i]! }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.category < b.category ? -1 : 1))
  const others = seen.slice(MAX_CATEGORIES)
  const isComplete = seen.length <= MAX_KNOWN_CATEGORIES
  return {
    kind: 'categorical',
    categories: seen.slice(0, MAX_CATEGORIES).map(({ category }) => category),
    counts: [
      ...seen.slice(0, MAX_CATEGORIES).map(({ count }) => count),
      others.reduce((sum, { count }) => sum + count, 0),
    ],
    nullCount: nullCount(column),
    otherCategories: isComplete ? others.map(({ category }) => category) : [],
    isComplete,
    singletonCount: seen.filter(({ count }) => count === 1).length,
  }
}

const asText = ({ values }: NumericColumn): StringColumn => ({
  type: 'string',
  categories: ['false', 'true'],
  codes: Int32Array.from(values, (value) => (Number.isNaN(value) ? -1 : value === 0 ? 0 : 1)),
})

/** Edges at the quantiles; between the values themselves where they are few. */
function quantileEdges(sorted: Float64Array, binCount: number): number[] {
  if (sorted.length === 0) return []
  const distinct = distinctUpTo(sorted, binCount)
  if (distinct) return distinct.slice(1)
  const edges = Array.from({ length: binCount - 1 }, (_, i) => quantileSorted(sorted, (i + 1) / binCount))
  return [...new Set(edges)].filter((edge) => edge > sorted[0]!)
}

function equalWidthEdges(sorted: Float64Array): number[] {
  const [low, high] = [sorted[0] ?? 0, sorted.at(-1) ?? 0]
  // Probabilities use the whole of [0, 1], so that reports of several versions can be laid side by side.
  const [from, to] = low >= 0 && high <= 1 ? [0, 1] : [low, high]
  if (from === to) return []
  return Array.from({ length: PREDICTION_BINS - 1 }, (_, i) => from + ((i + 1) / PREDICTION_BINS) * (to - from))
}

function scoreEdges(sorted: Float64Array): number[] {
  const edges = quantileEdges(sorted, SCORE_BINS)
  return [...new Set([...edges, 0.5])].sort((a, b) => a - b)
}

function distinctUpTo(sorted: Float64Array, limit: number): number[] | undefined {
  const distinct: number[] = []
  for (const value of sorted) {
    if (value === distinct.at(-1)) continue
    if (distinct.length === limit) return undefined
    distinct.push(value)
  }
  return distinct
}
