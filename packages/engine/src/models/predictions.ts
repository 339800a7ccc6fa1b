import type { Signature } from '@regia/core'
import type { Predictions } from './model-session.ts'

/**
 * Reads a graph's output.
 *
 * @param values - Probabilities, row-major of shape (rows, classes), or the values of a regression, shape (rows,).
 */
export function toPredictions(signature: Signature, values: Float32Array, rowCount: number): Predictions {
  const classCount = signature.classes?.length ?? 0
  if (signature.task === 'regression' || classCount === 0) return { rowCount, scores: values }
  const classes = new Int32Array(rowCount)
  const scores = new Float32Array(rowCount)
  const positive = positivePlace(signature)
  for (let row = 0; row < rowCount; row++) {
    const start = row * classCount
    const best = mostProbable(values, start, classCount)
    classes[row] = best
    scores[row] = values[start + (positive ?? best)]!
  }
  return { rowCount, scores, probabilities: values, classes }
}

/** The class that scores speak of; undefined where each row's score is that of its predicted class. */
export function positivePlace({ classes, positive, task }: Signature): number | undefined {
  if (task !== 'binary' || !classes) return undefined
  return positive === undefined ? classes.length - 1 : classes.indexOf(positive)
}

/** The first of equals, as ONNX's ArgMax has it. */
function mostProbable(values: Float32Array, start: number, classCount: number): number {
  let best = 0
  for (let k = 1; k < classCount; k++) if (values[start + k]! > values[start + best]!) best = k
  return best
}

/** Several predictions one after another. */
export function concatPredictions(parts: readonly Predictions[]): Predictions {
  const [first] = parts
  if (parts.length === 1 && first) return first
  const rowCount = parts.reduce((sum, part) => sum + part.rowCount, 0)
  const scores = new Float32Array(rowCount)
  const classes = new Int32Array(first?.classes ? rowCount : 0)
  const width = first?.probabilities ? first.probabilities.length / Math.max(1, first.rowCount) : 0
  const probabilities = new Float32Array(rowCount * width)
  let at = 0
  for (const part of parts) {
    scores.set(part.scores, at)
    if (part.classes) classes.set(part.classes, at)
    if (part.probabilities) probabilities.set(part.probabilities, at * width)
    at += part.rowCount
  }
  return { rowCount, scores, ...(first?.probabilities && { probabilities }), ...(first?.classes && { classes }) }
}
