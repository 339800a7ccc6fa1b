import { z } from 'zod'
import type { JsonObject } from '../kernel/index.ts'
import { attr, type GraphBuilder } from '../onnx/index.ts'
import { defineLearner } from './define-learner.ts'
import type { FeatureMatrix } from './feature-matrix.ts'
import { minimise } from './lbfgs.ts'
import { type FitOptions, type FittedModel, type Learner, parseState } from './learner.ts'
import { logisticLoss } from './logistic-loss.ts'
import { probabilitiesToOnnx, toProbabilities } from './score-probabilities.ts'
import { toShares } from './shares.ts'
import { type Standards, standardise, standardiseToOnnx, standardsOf } from './standardise.ts'
import type { LearningTarget } from './target.ts'

const KIND = 'logisticRegression'

const paramsSchema = z.strictObject({
  /** Half of this times the squared weights (not the intercepts) is added to the summed log-loss; 1 / C of scikit-learn. */
  l2: z.number().min(0).default(1),
  maxIterations: z.number().int().min(1).max(100_000).default(500),
  /** Converged when no component of the mean gradient is larger. */
  tolerance: z.number().positive().default(1e-7),
})
export type LogisticRegressionParams = z.infer<typeof paramsSchema>

/** One row of weights and one intercept per score: one score for two classes, else one per class. */
type LinearState = Standards & {
  readonly weights: readonly (readonly number[])[]
  readonly intercepts: readonly number[]
}

/**
 * Logistic regression with an L2 penalty: a fast, smooth model whose weights can be read.
 *
 * Features are standardised inside, so the penalty treats them alike; a missing value counts as the feature's mean. Categories need
 * {@link oneHot}.
 *
 * @throws RegiaError `INVALID_INPUT` naming a parameter that is out of range.
 * @see Hastie, Tibshirani and Friedman (2009), *The Elements of Statistical Learning*, §4.4.
 * @example logisticRegression({ l2: 0.1 })
 */
export const logisticRegression = (params: Partial<LogisticRegressionParams> = {}): Learner =>
  logisticRegressionKind.create(params)

/** The entry in the list of learners. */
export const logisticRegressionKind = defineLearner({
  kind: KIND,
  title: 'Logistic regression',
  tasks: ['binary', 'multiclass'],
  params: paramsSchema,
  fit: (matrix, target, params, options) => createModel(fitWeights(matrix, target, params, options)),
  fromJson: (json) => createModel(parseState(KIND, stateSchema, json)),
})

function fitWeights(
  matrix: FeatureMatrix,
  target: LearningTarget,
  params: LogisticRegressionParams,
  { weights, onProgress }: FitOptions,
): LinearState {
  if (target.task === 'regression') throw new Error('unreachable: the task was checked')
  const standards = standardsOf(matrix)
  const loss = logisticLoss(standardise(matrix, standards), target, weights, params.l2)
  const point = minimise(loss.evaluate, new Float64Array(loss.size), {
    ...params,
    onIteration: (done) => onProgress?.({ done, total: params.maxIterations }),
  })
  return { ...standards, ...loss.unpack(point) }
}

function createModel(state: LinearState): FittedModel {
  const scoreCount = state.intercepts.length
  const task = scoreCount === 1 ? 'binary' : 'multiclass'
  return {
    kind: KIND,
    task,
    featureCount: state.means.length,
    outputCount: scoreCount === 1 ? 2 : scoreCount,
    predict: (matrix) => predict(state, matrix),
    featureImportance: () => weightShares(state),
    toJson: (): JsonObject => state,
    toOnnx: (graph, features) => toOnnx(graph, features, state),
  }
}

function predict(state: LinearState, matrix: FeatureMatrix): Float64Array[] {
  const { rowCount } = matrix
  const columns = standardise(matrix, state)
  const scoreCount = state.intercepts.length
  const scores = new Float64Array(scoreCount * rowCount)
  state.intercepts.forEach((intercept, k) => {
    const ofScore = scores.subarray(k * rowCount, (k + 1) * rowCount).fill(intercept)
    columns.forEach((column, feature) => {
      const weight = state.weights[k]![feature]!
      for (let row = 0; row < rowCount; row++) ofScore[row]! += weight * column[row]!
    })
  })
  return toProbabilities(scores, scoreCount, rowCount)
}

/** Standardised weights are comparable: their mean size over the scores says how much a feature moves them. */
const weightShares = ({ weights, means }: LinearState): Float64Array =>
  toShares(Float64Array.from(means, (_, feature) => weights.reduce((sum, row) => sum + Math.abs(row[feature]!), 0)))

function toOnnx(graph: GraphBuilder, features: string, state: LinearState): string {
  const x = standardiseToOnnx(graph, features, state)
  const weights = graph.constant({
    elementType: 'float',
    dims: [state.intercepts.length, state.means.length],
    data: Float32Array.from(state.weights.flat()),
  })
  const scores = graph.node('Gemm', [x, weights, graph.floats(state.intercepts)], { transB: attr.int(1) })
  return probabilitiesToOnnx(graph, scores, state.intercepts.length)
}

const numbers = z.array(z.number())
const stateSchema = z.object({
  means: numbers,
  factors: numbers,
  weights: z.array(numbers).min(1),
  intercepts: numbers.min(1),
})
