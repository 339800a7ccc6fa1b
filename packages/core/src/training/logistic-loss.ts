import type { Differentiable } from './lbfgs.ts'
import type { ClassTarget } from './target.ts'

export type LogisticLoss = {
  /** Numbers to fit: one intercept and one weight per feature, for each score. */
  readonly size: number
  /** Mean penalised log-loss. */
  readonly evaluate: Differentiable
  readonly unpack: (point: Float64Array) => { readonly weights: number[][]; readonly intercepts: number[] }
}

/**
 * The log-loss of linear scores, with an L2 penalty on the weights. Two classes have one score, more have one each.
 *
 * @param columns - One array of shape (rows,) per feature, without NaN.
 */
export function logisticLoss(
  columns: readonly Float32Array[],
  target: ClassTarget,
  rowWeights: Float64Array | undefined,
  l2: number,
): LogisticLoss {
  const scoreCount = target.task === 'binary' ? 1 : target.classCount
  const stride = columns.length + 1
  const rowCount = target.codes.length
  const total = rowWeights ? rowWeights.reduce((sum, weight) => sum + weight, 0) : rowCount
  const scores = new Float64Array(scoreCount * rowCount)
  const toResiduals = scoreCount === 1 ? binaryResiduals : softmaxResiduals

  const evaluate: Differentiable = (point, gradient) => {
    for (let k = 0; k < scoreCount; k++) writeScores(columns, point, k * stride, scores, k * rowCount, rowCount)
    let value = toResiduals(scores, target, rowWeights)
    for (let k = 0; k < scoreCount; k++) {
      value += addGradient(columns, scores, k * rowCount, rowCount, point, k * stride, gradient, l2)
    }
    for (let i = 0; i < gradient.length; i++) gradient[i]! /= total
    return value / total
  }
  const unpack = (point: Float64Array) => {
    const rows = Array.from({ length: scoreCount }, (_, k) => [...point.subarray(k * stride, (k + 1) * stride)])
    return { intercepts: rows.map((row) => row[0]!), weights: rows.map((row) => row.slice(1)) }
  }
  return { size: scoreCount * stride, evaluate, unpack }
}

function writeScores(
  columns: readonly Float32Array[],
  point: Float64Array,
  at: number,
  scores: Float64Array,
  from: number,
  rowCount: number,
): void {
  scores.fill(point[at]!, from, from + rowCount)
  columns.forEach((column, feature) => {
    const weight = point[at + 1 + feature]!
    for (let row = 0; row < rowCount; row++) scores[from + row]! += weight * column[row]!
  })
}

/** Writes the gradient of one score's weights; returns their penalty. */
function addGradient(
  columns: readonly Float32Array[],
  residuals: Float64Array,
  from: number,
  rowCount: number,
  point: Float64Array,
  at: number,
  gradient: Float64Array,
  l2: number,
): number {
  let intercept = 0
  for (let row = 0; row < rowCount; row++) intercept += residuals[from + row]!
  gradient[at] = intercept
  let penalty = 0
  columns.forEach((column, feature) => {
    const weight = point[at + 1 + feature]!
    let sum = l2 * weight
    for (let row = 0; row < rowCount; row++) sum += residuals[from + row]! * column[row]!
    gradient[at + 1 + feature] = sum
    penalty += 0.5 * l2 * weight * weight
  })
  return penalty
}

/** Replaces scores by their derivatives of the loss; returns the summed loss. */
function binaryResiduals(scores: Float64Array, { codes }: ClassTarget, weights: Float64Array | undefined): number {
  let loss = 0
  for (let row = 0; row < codes.length; row++) {
    const weight = weights ? weights[row]! : 1
    const score = scores[row]!
    const y = codes[row]!
    // log(1 + exp(s)) without overflow.
    loss += weight * (Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - y * score)
    scores[row] = weight * (1 / (1 + Math.exp(-score)) - y)
  }
  return loss
}

function softmaxResiduals(scores: Float64Array, target: ClassTarget, weights: Float64Array | undefined): number {
  const { codes, classCount } = target
  const rowCount = codes.length
  let loss = 0
  for (let row = 0; row < rowCount; row++) {
    const weight = weights ? weights[row]! : 1
    let greatest = -Infinity
    for (let k = 0; k < classCount; k++) greatest = Math.max(greatest, scores[k * rowCount + row]!)
    let sum = 0
    for (let k = 0; k < classCount; k++) sum += Math.exp(scores[k * rowCount + row]! - greatest)
    const logSum = greatest + Math.log(sum)
    loss += weight * (logSum - scores[codes[row]! * rowCount + row]!)
    for (let k = 0; k < classCount; k++) {
      const at = k * rowCount + row
      scores[at] = weight * (Math.exp(scores[at]! - logSum) - (codes[row] === k ? 1 : 0))
    }
  }
  return loss
}
