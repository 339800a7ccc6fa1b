import type { ConfidenceInterval } from '../../statistics/index.ts'
import type { ClassificationOutcome, Outcome, RegressionOutcome } from '../outcome.ts'

/** Row weights, shape (rows,); absent means 1 each. The bootstrap counts how often a row was drawn. */
export type Weights = Float64Array | undefined

type Shared<O extends Outcome> = {
  /** Key in reports and settings. */
  readonly name: string
  /** For people. */
  readonly label: string
  readonly direction: 'higher' | 'lower'
  /** The metric; NaN where it is not defined, such as an AUC of one class. */
  readonly compute: (outcome: O, weights?: Weights) => number
  /** A closed formula where there is one; undefined where it does not apply to the outcome. The bootstrap is used otherwise. */
  readonly interval?: (outcome: O, confidence: number) => ConfidenceInterval | undefined
}

export type ClassificationMetric = Shared<ClassificationOutcome> & { readonly task: 'classification' }
export type RegressionMetric = Shared<RegressionOutcome> & { readonly task: 'regression' }
export type Metric = ClassificationMetric | RegressionMetric

/** The weight of a row; 1 where there are no weights. */
export const weightAt = (weights: Weights, row: number): number => (weights ? weights[row]! : 1)

/** The mean of `valueAt` over `n` rows by their weights; NaN without rows or weight. */
export function weightedMean(n: number, valueAt: (row: number) => number, weights: Weights): number {
  let sum = 0
  let total = 0
  for (let row = 0; row < n; row++) {
    const weight = weightAt(weights, row)
    sum += weight * valueAt(row)
    total += weight
  }
  return sum / total
}

/** The classes over which a metric is averaged: the asked one, or every class that occurs. */
export function askedClasses({ positive, classes, actual, predicted }: ClassificationOutcome): number[] {
  if (positive !== undefined) return [positive]
  const seen = new Set([...actual, ...predicted])
  return classes.map((_, i) => i).filter((i) => seen.has(i))
}

/** The plain mean; NaN of no values. */
export const averageOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
