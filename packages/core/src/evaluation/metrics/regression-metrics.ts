import { momentsOf, normalInterval, sampleVariance } from '../../statistics/index.ts'
import type { RegressionOutcome } from '../outcome.ts'
import { type RegressionMetric, weightedMean } from './metric.ts'

/** Mean absolute error, in the unit of the target. */
export const mae: RegressionMetric = {
  task: 'regression',
  name: 'mae',
  label: 'Mean absolute error',
  direction: 'lower',
  compute: (outcome, weights) => weightedMean(outcome.rowCount, (row) => Math.abs(errorAt(outcome, row)), weights),
  interval: (outcome, confidence) => intervalOfMean(outcome, Math.abs, confidence),
}

/** Root of the mean squared error, in the unit of the target. */
export const rmse: RegressionMetric = {
  task: 'regression',
  name: 'rmse',
  label: 'Root mean squared error',
  direction: 'lower',
  compute: (outcome, weights) =>
    Math.sqrt(weightedMean(outcome.rowCount, (row) => errorAt(outcome, row) ** 2, weights)),
  interval: (outcome, confidence) => {
    const squared = intervalOfMean(outcome, (error) => error * error, confidence)
    return squared && { lower: Math.sqrt(squared.lower), upper: Math.sqrt(squared.upper), confidence }
  },
}

/** Share of the target's variance that the model explains; negative when it is worse than the mean. */
export const r2: RegressionMetric = {
  task: 'regression',
  name: 'r2',
  label: 'R²',
  direction: 'higher',
  compute: (outcome, weights) => {
    const { actual, rowCount } = outcome
    const mean = weightedMean(rowCount, (row) => actual[row]!, weights)
    const variance = weightedMean(rowCount, (row) => (actual[row]! - mean) ** 2, weights)
    const residual = weightedMean(rowCount, (row) => errorAt(outcome, row) ** 2, weights)
    return variance === 0 ? Number.NaN : 1 - residual / variance
  },
}

const errorAt = ({ actual, predicted }: RegressionOutcome, row: number): number => predicted[row]! - actual[row]!

function intervalOfMean(outcome: RegressionOutcome, loss: (error: number) => number, confidence: number) {
  if (outcome.rowCount < 2) return undefined
  const moments = momentsOf(outcome.predicted.map((_, row) => loss(errorAt(outcome, row))))
  const standardError = Math.sqrt(sampleVariance(moments) / moments.n)
  return normalInterval(moments.mean, standardError, confidence, [0, Number.POSITIVE_INFINITY])
}
