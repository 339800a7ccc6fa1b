import type { Estimate } from '../evaluation/index.ts'
import { type ConfidenceInterval, normalInterval, wilsonInterval } from '../statistics/index.ts'
import type { LabelHistogram } from './label-histogram.ts'
import type { MonitorSpec, WindowResult } from './monitor.ts'
import type { ReferenceProfile } from './reference-profile.ts'

export type PerformanceMetric = {
  readonly name: NonNullable<MonitorSpec['performance']>['metric']
  readonly label: string
  /** Undefined where the labels do not say it, such as the AUC of one class. */
  readonly estimate: (histogram: LabelHistogram, profile: ReferenceProfile) => Estimate | undefined
}

/** What can be computed of labels that arrived, from the score × label histogram alone. */
export const PERFORMANCE_METRICS: readonly PerformanceMetric[] = [
  {
    name: 'auc',
    label: 'AUC',
    estimate: (histogram, profile) => (profile.labelMeaning === 'positive' ? binnedAuc(histogram) : undefined),
  },
  { name: 'accuracy', label: 'Accuracy', estimate: binnedAccuracy },
]

/**
 * AUC with DeLong's interval from a score × label histogram: scores in one bin count as ties.
 *
 * On 256 bins at the quantiles of the training scores it lies within 0.001 of the exact one.
 *
 * @returns Undefined without labels of both classes.
 */
export function binnedAuc({ positives, negatives }: LabelHistogram, confidence = 0.95): Estimate | undefined {
  const [positiveCount, negativeCount] = [sumOf(positives), sumOf(negatives)]
  if (positiveCount === 0 || negativeCount === 0) return undefined
  const ofPositives = placementMoments(positives, negatives)
  const ofNegatives = placementMoments(negatives, positives)
  const variance = varianceOfMean(ofPositives, positiveCount) + varianceOfMean(ofNegatives, negativeCount)
  const value = ofPositives.mean
  const interval = normalInterval(value, Math.sqrt(variance), confidence, [0, 1])
  return { value, n: positiveCount + negativeCount, interval: { ...interval } }
}

/** Accuracy with Wilson's interval. Exact for two classes, because the decision at 0.5 is an edge of the histogram. */
export function binnedAccuracy(
  { positives, negatives }: LabelHistogram,
  profile: ReferenceProfile,
): Estimate | undefined {
  const n = sumOf(positives) + sumOf(negatives)
  if (n === 0) return undefined
  const firstAbove = profile.scoreEdges.indexOf(0.5) + 1
  const right =
    profile.labelMeaning === 'correct'
      ? sumOf(positives)
      : sumOf(positives.subarray(firstAbove)) + sumOf(negatives.subarray(0, firstAbove))
  const interval: ConfidenceInterval = wilsonInterval(right, n)
  return { value: right / n, n, interval: { ...interval } }
}

/**
 * How the model did on the labels of a window.
 *
 * A window *is below* when its value is. That alone is no alert: see {@link alertTransitions}.
 *
 * @param isFinal - Whether the labels that can be waited for have had their time.
 */
export function windowPerformance(
  profile: ReferenceProfile,
  histogram: LabelHistogram,
  predictionCount: number,
  settings: NonNullable<MonitorSpec['performance']>,
  isFinal: boolean,
): NonNullable<WindowResult['performance']> {
  const labelCount = sumOf(histogram.positives) + sumOf(histogram.negatives)
  const metric = PERFORMANCE_METRICS.find((candidate) => candidate.name === settings.metric)
  const estimate = labelCount >= settings.minimumLabels ? metric?.estimate(histogram, profile) : undefined
  return {
    metric: settings.metric,
    ...(estimate && { estimate }),
    minimum: settings.minimum,
    labelCount,
    labelCoverage: predictionCount === 0 ? 0 : Math.min(1, labelCount / predictionCount),
    isBelow: estimate !== undefined && estimate.value < settings.minimum,
    isFinal,
  }
}

type PlacementMoments = { readonly mean: number; readonly squaredDeviations: number }

/** Mean and spread, over the rows of `own`, of the share of `other` that they are on the right side of. Symmetric but for its direction, which the variance does not see. */
function placementMoments(own: Float64Array, other: Float64Array): PlacementMoments {
  const [ownCount, otherCount] = [sumOf(own), sumOf(other)]
  const placements = new Float64Array(own.length)
  let below = 0
  for (let i = 0; i < own.length; i++) {
    placements[i] = (below + other[i]! / 2) / otherCount
    below += other[i]!
  }
  let mean = 0
  for (let i = 0; i < own.length; i++) mean += (own[i]! * placements[i]!) / ownCount
  let squaredDeviations = 0
  for (let i = 0; i < own.length; i++) squaredDeviations += own[i]! * (placements[i]! - mean) ** 2
  return { mean, squaredDeviations }
}

const varianceOfMean = ({ squaredDeviations }: PlacementMoments, n: number): number =>
  n < 2 ? 0 : squaredDeviations / (n - 1) / n

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0)
