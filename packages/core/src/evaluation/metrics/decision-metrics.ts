import { wilsonInterval } from '../../statistics/index.ts'
import type { ClassificationOutcome } from '../outcome.ts'
import { askedClasses, averageOf, type ClassificationMetric, type Weights, weightAt, weightedMean } from './metric.ts'

type Counts = { readonly hits: number; readonly predicted: number; readonly actual: number }

/** Share of rows whose most probable class is the true one. */
export const accuracy: ClassificationMetric = {
  task: 'classification',
  name: 'accuracy',
  label: 'Accuracy',
  direction: 'higher',
  compute: (outcome, weights) =>
    weightedMean(outcome.rowCount, (row) => (outcome.actual[row] === outcome.predicted[row] ? 1 : 0), weights),
  interval: ({ actual, predicted, rowCount }, confidence) =>
    wilsonInterval(actual.filter((label, row) => label === predicted[row]).length, rowCount, confidence),
}

/** Share of the rows predicted to be of a class that are of it; 0 where none was predicted. */
export const precision: ClassificationMetric = {
  task: 'classification',
  name: 'precision',
  label: 'Precision',
  direction: 'higher',
  compute: averaged(({ hits, predicted }) => (predicted === 0 ? 0 : hits / predicted)),
  interval: (outcome, confidence) => {
    if (outcome.positive === undefined) return undefined
    const { hits, predicted } = countsOf(outcome, outcome.positive)
    return wilsonInterval(hits, predicted, confidence)
  },
}

/** Share of the rows of a class that were predicted to be of it; NaN where the class does not occur. */
export const recall: ClassificationMetric = {
  task: 'classification',
  name: 'recall',
  label: 'Recall',
  direction: 'higher',
  compute: averaged(({ hits, actual }) => (actual === 0 ? Number.NaN : hits / actual)),
  interval: (outcome, confidence) => {
    if (outcome.positive === undefined) return undefined
    const { hits, actual } = countsOf(outcome, outcome.positive)
    return wilsonInterval(hits, actual, confidence)
  },
}

/** Harmonic mean of precision and recall; 0 where the class is never right. */
export const f1: ClassificationMetric = {
  task: 'classification',
  name: 'f1',
  label: 'F1',
  direction: 'higher',
  compute: averaged(({ hits, predicted, actual }) =>
    predicted + actual === 0 ? 0 : (2 * hits) / (predicted + actual),
  ),
  interval: (outcome, confidence) => {
    if (outcome.positive === undefined) return undefined
    const { hits, predicted, actual } = countsOf(outcome, outcome.positive)
    // F1 grows with the share of hits among the rows that are or seem positive, J: F1 = 2J / (1 + J). And J is a proportion.
    const { lower, upper } = wilsonInterval(hits, predicted + actual - hits, confidence)
    return { lower: (2 * lower) / (1 + lower), upper: (2 * upper) / (1 + upper), confidence }
  },
}

function averaged(metric: (counts: Counts) => number): ClassificationMetric['compute'] {
  return (outcome, weights) => {
    const values = askedClasses(outcome).map((classIndex) => metric(countsOf(outcome, classIndex, weights)))
    // A class that is predicted but never true has no recall; the average is over those that have one.
    const defined = values.filter((value) => !Number.isNaN(value))
    return defined.length === 0 ? Number.NaN : averageOf(defined)
  }
}

function countsOf(
  { actual, predicted, rowCount }: ClassificationOutcome,
  classIndex: number,
  weights?: Weights,
): Counts {
  const counts = { hits: 0, predicted: 0, actual: 0 }
  for (let row = 0; row < rowCount; row++) {
    const weight = weightAt(weights, row)
    const isActual = actual[row] === classIndex
    const isPredicted = predicted[row] === classIndex
    if (isActual) counts.actual += weight
    if (isPredicted) counts.predicted += weight
    if (isActual && isPredicted) counts.hits += weight
  }
  return counts
}
