import type { Rng } from '../kernel/index.ts'
import { attr, type GraphBuilder } from '../onnx/index.ts'
import type { FeatureMatrix } from './feature-matrix.ts'

/** A prime: draws are its multiples of 1 / 8191. Sums of up to 2000 such numbers are exact in float32, in any order. */
const PRIME = 8191
const LIMIT = 1e6
/** Stands for a missing value. */
const MISSING = 0.7

/** One whole number in [1000, 8000) per feature. */
export const drawFactors = (featureCount: number, rng: Rng): number[] =>
  Array.from({ length: featureCount }, () => 1000 + rng.integer(7000))

/**
 * A number in [0, 1) for each row that looks random but depends only on the row's features: the graph draws the same.
 * All steps are exact in float32.
 *
 * @param factors - Of {@link drawFactors}.
 * @returns Shape (rows,).
 */
export function drawRows({ columns, rowCount }: FeatureMatrix, factors: readonly number[]): Float64Array {
  const sums = new Float64Array(rowCount)
  columns.forEach((column, feature) => {
    const factor = factors[feature]!
    for (let row = 0; row < rowCount; row++) {
      const value = column[row]!
      const limited = Number.isNaN(value) ? Math.fround(MISSING) : Math.min(Math.max(value, -LIMIT), LIMIT)
      sums[row]! += Math.floor(Math.fround(limited * factor)) % PRIME
    }
  })
  return sums.map(scramble)
}

const scramble = (sum: number): number => {
  const place = ((sum % PRIME) + PRIME) % PRIME
  return Math.fround(((place * 2039) % PRIME) / PRIME)
}

/** FLOAT [rows, 1]: the same draws from FLOAT [rows, features]. */
export function drawRowsToOnnx(graph: GraphBuilder, features: string, factors: readonly number[]): string {
  const prime = graph.floats(PRIME)
  const remainder = (value: string) => graph.node('Mod', [value, prime], { fmod: attr.int(1) })
  const filled = graph.node('Where', [graph.node('IsNaN', [features]), graph.floats(MISSING), features])
  const limited = graph.node('Clip', [filled, graph.floats(-LIMIT), graph.floats(LIMIT)])
  const spread = graph.node('Floor', [graph.node('Mul', [limited, graph.floats(factors)])])
  const sum = graph.node('ReduceSum', [remainder(spread), graph.ints([1])], { keepdims: attr.int(1) })
  const place = remainder(graph.node('Add', [remainder(sum), prime]))
  return graph.node('Div', [remainder(graph.node('Mul', [place, graph.floats(2039)])), prime])
}
