import { z } from 'zod'
import { RegiaError } from '../../kernel/index.ts'
import { getColumn } from '../../table/index.ts'
import { parseParams, parseState } from '../learner.ts'
import { type LearningTarget, targetNumbers } from '../target.ts'
import {
  type CategoryCounts,
  type CategoryKey,
  categoryKeys,
  compareKeys,
  countCategories,
  placesOf,
  placesToOnnx,
} from './categories.ts'
import type { FittedTransform, Transform, TransformKind } from './transform.ts'

const KIND = 'ordinal'

const paramsSchema = z.strictObject({
  columns: z.array(z.string()).min(1),
  order: z.enum(['frequency', 'alphabet', 'target']).default('frequency'),
  /** For `target`: as many rows of the overall mean are mixed into the mean of each category, so that rare ones stay near it. */
  smoothing: z.number().min(0).default(20),
})
type OrdinalParams = z.infer<typeof paramsSchema>
export type OrdinalOptions = Partial<Omit<OrdinalParams, 'columns'>>

const stateSchema = z.object({ columns: z.array(z.object({ name: z.string(), keys: categoryKeys })) })
type OrdinalState = z.infer<typeof stateSchema>

/**
 * Replaces categories by their place in an order: 0, 1, 2 …; a null or a category that training did not know is missing (NaN).
 *
 * For trees. With `order: 'target'` the places follow the mean of the target, so that a few cuts separate many categories;
 * for linear models use {@link oneHot}.
 *
 * @param options - `order`: by falling `frequency` (default), by `alphabet`, or by the rising smoothed mean of the `target`.
 * @example ordinal(['origin', 'destination'], { order: 'target' })
 */
export const ordinal = (columns: readonly string[], options: OrdinalOptions = {}): Transform =>
  createOrdinal({ columns, ...options })

function createOrdinal(params: unknown): Transform {
  const parsed = parseParams(KIND, paramsSchema, params)
  return {
    kind: KIND,
    inputs: parsed.columns,
    fit: (table, target) => {
      const numbers = parsed.order === 'target' ? requireTarget(target) : undefined
      const columns = parsed.columns.map((name) => ({
        name,
        keys: orderKeys(countCategories(getColumn(table, name), numbers), parsed),
      }))
      return fitted(parseState(KIND, stateSchema, { columns }))
    },
  }
}

function orderKeys(counts: CategoryCounts, { order, smoothing }: OrdinalParams): CategoryKey[] {
  const entries = [...counts]
  const rowCount = entries.reduce((sum, [, count]) => sum + count.rowCount, 0)
  const mean = entries.reduce((sum, [, count]) => sum + count.targetSum, 0) / rowCount
  const rankOf = {
    alphabet: () => 0,
    frequency: (count: { rowCount: number }) => -count.rowCount,
    target: (count: { rowCount: number; targetSum: number }) =>
      (count.targetSum + smoothing * mean) / (count.rowCount + smoothing),
  }[order]
  return entries.sort(([a, x], [b, y]) => rankOf(x) - rankOf(y) || compareKeys(a, b)).map(([key]) => key)
}

function requireTarget(target: LearningTarget | undefined): Float64Array {
  if (target) return targetNumbers(target)
  throw new RegiaError('INVALID_INPUT', `ordinal with order: 'target' was fitted without a target.`, {
    hint: `Fit it as part of a tabularModel, or use order: 'frequency'.`,
  })
}

function fitted(state: OrdinalState): FittedTransform {
  const names = state.columns.map(({ name }) => name)
  return {
    kind: KIND,
    inputs: names,
    outputs: names,
    apply: (table) =>
      state.columns.map(({ name, keys }) => ({
        type: 'float',
        values: placesOf(getColumn(table, name), keys, Number.NaN),
      })),
    toJson: () => state,
    toOnnx: (graph, inputs) =>
      state.columns.map(({ keys }, i) => ({
        type: 'number',
        value: placesToOnnx(graph, inputs[i]!, keys, Number.NaN),
      })),
  }
}

export const ordinalKind: TransformKind = {
  kind: KIND,
  title: 'Categories as their place in an order',
  params: paramsSchema,
  create: createOrdinal,
  fromJson: (json) => fitted(parseState(KIND, stateSchema, json)),
}
