import { type ConfidenceInterval, momentsOf, normalInterval, sampleVariance } from '../../statistics/index.ts'
import type { ClassificationOutcome } from '../outcome.ts'
import { askedClasses, averageOf, type ClassificationMetric, type Weights, weightAt, weightedMean } from './metric.ts'

// scikit-learn's floor: the smallest step of a double above 1. It bounds what one confident mistake costs (36 nats).
const SMALLEST_PROBABILITY = 2 ** -52

/** Mean of −ln of the probability given to the true class, in nats. */
export const logLoss: ClassificationMetric = {
  task: 'classification',
  name: 'logLoss',
  label: 'Log loss',
  direction: 'lower',
  compute: (outcome, weights) => weightedMean(outcome.rowCount, surprise(outcome), weights),
  interval: (outcome, confidence) => intervalOfMean(outcome, surprise(outcome), confidence),
}

/** Mean squared distance of the probability from the truth: of the asked class, else summed over all classes. */
export const brier: ClassificationMetric = {
  task: 'classification',
  name: 'brier',
  label: 'Brier score',
  direction: 'lower',
  compute: (outcome, weights) => weightedMean(outcome.rowCount, squaredError(outcome), weights),
  interval: (outcome, confidence) => intervalOfMean(outcome, squaredError(outcome), confidence),
}

export const CALIBRATION_BINS = 10

/** Expected calibration error: the distance between mean probability and frequency, averaged over ten equal bins by their rows. */
export const ece: ClassificationMetric = {
  task: 'classification',
  name: 'ece',
  label: 'Calibration error',
  direction: 'lower',
  compute: (outcome, weights) =>
    averageOf(askedClasses(outcome).map((classIndex) => calibrationError(outcome, classIndex, weights))),
}

export type CalibrationBin = { readonly rows: number; readonly meanProbability: number; readonly frequency: number }

/** Mean probability and frequency of a class in equal-width bins of its probability; empty bins are left out. */
export function calibrationBins(
  outcome: ClassificationOutcome,
  classIndex: number,
  weights?: Weights,
  binCount = CALIBRATION_BINS,
): CalibrationBin[] {
  const rows = new Float64Array(binCount)
  const probabilities = new Float64Array(binCount)
  const hits = new Float64Array(binCount)
  const width = outcome.classes.length
  for (let row = 0; row < outcome.rowCount; row++) {
    const probability = outcome.probabilities[row * width + classIndex]!
    const bin = Math.min(binCount - 1, Math.max(0, Math.floor(probability * binCount)))
    const weight = weightAt(weights, row)
    rows[bin]! += weight
    probabilities[bin]! += weight * probability
    if (outcome.actual[row] === classIndex) hits[bin]! += weight
  }
  const bins = Array.from(rows, (n, bin) => ({
    rows: n,
    meanProbability: probabilities[bin]! / n,
    frequency: hits[bin]! / n,
  }))
  return bins.filter((bin) => bin.rows > 0)
}

function calibrationError(outcome: ClassificationOutcome, classIndex: number, weights: Weights): number {
  const bins = calibrationBins(outcome, classIndex, weights)
  const total = bins.reduce((sum, bin) => sum + bin.rows, 0)
  return bins.reduce((sum, bin) => sum + bin.rows * Math.abs(bin.meanProbability - bin.frequency), 0) / total
}

function surprise({ classes, probabilities, actual }: ClassificationOutcome): (row: number) => number {
  return (row) => {
    const probability = actual[row]! < 0 ? 0 : probabilities[row * classes.length + actual[row]!]!
    return -Math.log(Math.min(1 - SMALLEST_PROBABILITY, Math.max(SMALLEST_PROBABILITY, probability)))
  }
}

function squaredError({ classes, probabilities, actual, positive }: ClassificationOutcome): (row: number) => number {
  const asked = positive === undefined ? classes.map((_, i) => i) : [positive]
  return (row) =>
    asked.reduce((sum, k) => sum + (probabilities[row * classes.length + k]! - (actual[row] === k ? 1 : 0)) ** 2, 0)
}

function intervalOfMean(
  { rowCount }: ClassificationOutcome,
  valueAt: (row: number) => number,
  confidence: number,
): ConfidenceInterval | undefined {
  if (rowCount < 2) return undefined
  const moments = momentsOf(Float64Array.from({ length: rowCount }, (_, row) => valueAt(row)))
  const standardError = Math.sqrt(sampleVariance(moments) / rowCount)
  return normalInterval(moments.mean, standardError, confidence, [0, Number.POSITIVE_INFINITY])
}
