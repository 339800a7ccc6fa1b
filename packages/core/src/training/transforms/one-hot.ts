import { z } from 'zod'
import { attr } from '../../onnx/index.ts'
import { getColumn } from '../../table/index.ts'
import { parseParams, parseState } from '../learner.ts'
import { categoryKeys, compareKeys, countCategories, placesOf, placesToOnnx } from './categories.ts'
import type { GraphColumn } from './graph-column.ts'
import type { FittedTransform, Transform, TransformKind } from './transform.ts'

const KIND = 'oneHot'

const paramsSchema = z.strictObject({
  columns: z.array(z.string()).min(1),
  /** Only the most frequent categories get a feature of their own. */
  maxCategories: z.number().int().min(1).max(10_000).default(100),
})
export type OneHotOptions = Partial<Omit<z.infer<typeof paramsSchema>, 'columns'>>

const stateSchema = z.object({ columns: z.array(z.object({ name: z.string(), keys: categoryKeys })) })
type OneHotState = z.infer<typeof stateSchema>

/**
 * One feature per category, 1 where the row has it and else 0. A null or unknown category is 0 everywhere.
 *
 * For linear models; trees do better with {@link ordinal}, above all when there are many categories.
 *
 * @example oneHot(['sex', 'island']) // features "sex=female", "sex=male", "island=Biscoe" …
 */
export const oneHot = (columns: readonly string[], options: OneHotOptions = {}): Transform =>
  createOneHot({ columns, ...options })

function createOneHot(params: unknown): Transform {
  const { columns, maxCategories } = parseParams(KIND, paramsSchema, params)
  return {
    kind: KIND,
    inputs: columns,
    fit: (table) => {
      const state = columns.map((name) => {
        const counts = [...countCategories(getColumn(table, name))]
        const frequent = counts
          .sort(([a, x], [b, y]) => y.rowCount - x.rowCount || compareKeys(a, b))
          .slice(0, maxCategories)
        return { name, keys: frequent.map(([key]) => key).sort(compareKeys) }
      })
      return fitted(parseState(KIND, stateSchema, { columns: state }))
    },
  }
}

function fitted(state: OneHotState): FittedTransform {
  return {
    kind: KIND,
    inputs: state.columns.map(({ name }) => name),
    outputs: state.columns.flatMap(({ name, keys }) => keys.map((key) => `${name}=${key}`)),
    apply: (table) =>
      state.columns.flatMap(({ name, keys }) => {
        const places = placesOf(getColumn(table, name), keys, -1)
        return keys.map((_, place) => ({ type: 'float' as const, values: places.map((at) => (at === place ? 1 : 0)) }))
      }),
    toJson: () => state,
    toOnnx: (graph, inputs) =>
      state.columns.flatMap(({ keys }, i): GraphColumn[] => {
        if (keys.length === 0) return []
        const places = placesToOnnx(graph, inputs[i]!, keys, -1)
        const isThere = graph.node('Equal', [places, graph.floats(keys.keys())])
        const value = graph.node('Cast', [isThere], { to: attr.int(1) })
        return keys.map((_, index) => ({ type: 'number', value, place: { index, width: keys.length } }))
      }),
  }
}

export const oneHotKind: TransformKind = {
  kind: KIND,
  title: 'One feature per category',
  params: paramsSchema,
  create: createOneHot,
  fromJson: (json) => fitted(parseState(KIND, stateSchema, json)),
}
