import type { ReleaseMetric } from '../release-policy.ts'

export type ReleaseMetricInfo = {
  readonly label: string
  readonly direction: 'higher' | 'lower'
  /** A mean of zeros and ones. */
  readonly isShare: boolean
}

/** What each metric is called, and on which side it is better. */
export const RELEASE_METRIC_INFO: Readonly<Record<ReleaseMetric, ReleaseMetricInfo>> = {
  accuracy: { label: 'accuracy', direction: 'higher', isShare: true },
  brier: { label: 'Brier score', direction: 'lower', isShare: false },
  logLoss: { label: 'log loss', direction: 'lower', isShare: false },
  absoluteError: { label: 'absolute error', direction: 'lower', isShare: false },
  squaredError: { label: 'squared error', direction: 'lower', isShare: false },
  reward: { label: 'reward', direction: 'higher', isShare: false },
  macroF1: { label: 'macro F1', direction: 'higher', isShare: false },
  balancedAccuracy: { label: 'balanced accuracy', direction: 'higher', isShare: false },
}

// A probability of 0 for what happened would be an infinite loss, from which no mean recovers.
const LEAST_PROBABILITY = 1e-15

/** The metrics of a labelled prediction that a classifier made. */
export type ClassificationValues = { readonly accuracy: number; readonly brier: number; readonly logLoss: number }

/**
 * What a labelled prediction of a classifier adds to its version's metrics.
 *
 * @param probabilities - Of each class, summing to 1. For two classes the Brier score is that of the positive class, in [0, 1], as scikit-learn's.
 * @param predicted - The class that was answered.
 * @param actual - The class that it was. One that the model does not know counts as wrong, with a probability of 0.
 * @example classificationValues({ no: 0.2, yes: 0.8 }, 'yes', 'yes') // { accuracy: 1, brier: 0.04, logLoss: 0.223… }
 */
export function classificationValues(
  probabilities: Readonly<Record<string, number>>,
  predicted: string,
  actual: string,
): ClassificationValues {
  const classes = Object.entries(probabilities)
  const squares = classes.reduce((sum, [name, p]) => sum + (p - (name === actual ? 1 : 0)) ** 2, 0)
  const isKnown = Object.hasOwn(probabilities, actual)
  return {
    accuracy: predicted === actual ? 1 : 0,
    brier: (isKnown ? squares : squares + 1) / (classes.length === 2 ? 2 : 1),
    logLoss: -Math.log(Math.max(LEAST_PROBABILITY, isKnown ? (probabilities[actual] ?? 0) : 0)),
  }
}

/** What a labelled prediction of a regression adds to its version's metrics. */
export function regressionValues(predicted: number, actual: number) {
  const error = predicted - actual
  return { absoluteError: Math.abs(error), squaredError: error * error }
}
