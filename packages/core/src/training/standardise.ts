import type { GraphBuilder } from '../onnx/index.ts'
import type { FeatureMatrix } from './feature-matrix.ts'
import { moments, scaled } from './transforms/scale.ts'

/** Beyond so many standard deviations a value counts as that many: infinities and blunders cannot make a score NaN. */
const LIMIT = 1e4

export type Standards = { readonly means: readonly number[]; readonly factors: readonly number[] }

/** Means and inverse standard deviations of the columns of a matrix, float32. */
export function standardsOf({ columns }: FeatureMatrix): Standards {
  const all = columns.map((column) => moments(column))
  return { means: all.map(({ mean }) => mean), factors: all.map(({ factor }) => factor) }
}

/** Columns with mean 0 and standard deviation 1 on the training rows; a missing value becomes 0, the mean. */
export const standardise = ({ columns }: FeatureMatrix, { means, factors }: Standards): Float32Array[] =>
  columns.map((column, feature) =>
    column.map((value) => {
      const x = scaled(value, means[feature]!, factors[feature]!)
      return Number.isNaN(x) ? 0 : Math.min(Math.max(x, -LIMIT), LIMIT)
    }),
  )

/** The same in a graph, from FLOAT [rows, features] to FLOAT [rows, features]. */
export function standardiseToOnnx(graph: GraphBuilder, features: string, { means, factors }: Standards): string {
  const shifted = graph.node('Sub', [features, graph.floats(means)])
  const x = graph.node('Mul', [shifted, graph.floats(factors)])
  const filled = graph.node('Where', [graph.node('IsNaN', [x]), graph.floats(0), x])
  return graph.node('Clip', [filled, graph.floats(-LIMIT), graph.floats(LIMIT)])
}
