import { z } from 'zod'
import { getNumericColumn } from '../../table/index.ts'
import { parseParams, parseState } from '../learner.ts'
import { toFloat32Column } from './float32.ts'
import { toFloat } from './graph-column.ts'
import type { FittedTransform, Transform, TransformKind } from './transform.ts'

const KIND = 'scale'

const paramsSchema = z.strictObject({ columns: z.array(z.string()).min(1) })
const stateSchema = z.object({
  columns: z.array(z.object({ name: z.string(), mean: z.number(), factor: z.number() })),
})
type ScaleState = z.infer<typeof stateSchema>

/**
 * Shifts and scales numbers to mean 0 and standard deviation 1 over the training rows. Missing stays missing; a column of one value
 * is only shifted.
 *
 * For linear models; trees do not need it.
 *
 * @throws RegiaError `COLUMN_TYPE` when a column holds text.
 * @example scale(['age', 'hours_per_week'])
 */
export const scale = (columns: readonly string[]): Transform => createScale({ columns })

function createScale(params: unknown): Transform {
  const { columns } = parseParams(KIND, paramsSchema, params)
  return {
    kind: KIND,
    inputs: columns,
    fit: (table) =>
      fitted({ columns: columns.map((name) => ({ name, ...moments(getNumericColumn(table, name).values) })) }),
  }
}

/** Mean and the inverse of the population standard deviation over finite values, as float32. */
export function moments(values: ArrayLike<number> & Iterable<number>): {
  readonly mean: number
  readonly factor: number
} {
  let count = 0
  let mean = 0
  let squares = 0
  // Welford's update: no cancellation when the mean is large beside the deviation.
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    count++
    const fromMean = value - mean
    mean += fromMean / count
    squares += fromMean * (value - mean)
  }
  const deviation = Math.sqrt(squares / Math.max(count, 1))
  const factor = Math.fround(1 / deviation)
  return { mean: Math.fround(mean), factor: Number.isFinite(factor) && factor > 0 ? factor : 1 }
}

/** The scaled value, rounded after each operation as float32 arithmetic does. */
export const scaled = (value: number, mean: number, factor: number): number =>
  Math.fround(Math.fround(Math.fround(value) - mean) * factor)

function fitted(state: ScaleState): FittedTransform {
  const names = state.columns.map(({ name }) => name)
  return {
    kind: KIND,
    inputs: names,
    outputs: names,
    apply: (table) =>
      state.columns.map(({ name, mean, factor }) =>
        toFloat32Column(getNumericColumn(table, name).values, (value) => scaled(value, mean, factor)),
      ),
    toJson: () => state,
    toOnnx: (graph, inputs) =>
      state.columns.map(({ mean, factor }, i) => {
        const shifted = graph.node('Sub', [toFloat(graph, inputs[i]!), graph.floats(mean)])
        return { type: 'number', value: graph.node('Mul', [shifted, graph.floats(factor)]) }
      }),
  }
}

export const scaleKind: TransformKind = {
  kind: KIND,
  title: 'Mean 0, standard deviation 1',
  params: paramsSchema,
  create: createScale,
  fromJson: (json) => fitted(parseState(KIND, stateSchema, json)),
}
