import { attr, type GraphBuilder } from '../onnx/index.ts'

/** Probability of the positive class from a score: the logistic function. */
export const sigmoid = (score: number): number => 1 / (1 + Math.exp(-score))

/**
 * Probabilities of each class from raw scores: one score says two classes, more say one class each.
 *
 * @param scores - Score k of row r at `k · rowCount + r`; overwritten.
 */
export function toProbabilities(scores: Float64Array, scoreCount: number, rowCount: number): Float64Array[] {
  if (scoreCount === 1) {
    const positive = scores.map(sigmoid)
    return [positive.map((probability) => 1 - probability), positive]
  }
  softmaxInPlace(scores, scoreCount, rowCount)
  return Array.from({ length: scoreCount }, (_, k) => scores.slice(k * rowCount, (k + 1) * rowCount))
}

/** The same in a graph, from FLOAT [rows, scores] to FLOAT [rows, classes]. */
export function probabilitiesToOnnx(graph: GraphBuilder, scores: string, scoreCount: number): string {
  if (scoreCount > 1) return graph.node('Softmax', [scores], { axis: attr.int(1) })
  const positive = graph.node('Sigmoid', [scores])
  const negative = graph.node('Sub', [graph.floats(1), positive])
  return graph.node('Concat', [negative, positive], { axis: attr.int(1) })
}

/** Turns scores, class by class, into probabilities that sum to 1 in each row. */
export function softmaxInPlace(scores: Float64Array, scoreCount: number, rowCount: number): void {
  const end = scoreCount * rowCount
  for (let row = 0; row < rowCount; row++) {
    let greatest = -Infinity
    for (let at = row; at < end; at += rowCount) greatest = Math.max(greatest, scores[at]!)
    let sum = 0
    for (let at = row; at < end; at += rowCount) {
      const part = Math.exp(scores[at]! - greatest)
      scores[at] = part
      sum += part
    }
    for (let at = row; at < end; at += rowCount) scores[at]! /= sum
  }
}
