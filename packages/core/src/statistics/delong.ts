import { RegiaError } from '../kernel/index.ts'
import { placements, splitByClass } from './auc.ts'
import { type ConfidenceInterval, normalInterval } from './interval.ts'
import { momentsOf } from './moments.ts'
import { normalSurvival } from './normal.ts'

export type AucEstimate = {
  readonly auc: number
  readonly variance: number
  readonly interval: ConfidenceInterval
  readonly positives: number
  readonly negatives: number
}

export type AucDifference = {
  /** AUC of the second scores minus AUC of the first. */
  readonly difference: number
  readonly firstAuc: number
  readonly secondAuc: number
  readonly variance: number
  readonly interval: ConfidenceInterval
  /** Two-sided p-value of "both AUCs are equal". */
  readonly pValue: number
  readonly n: number
}

type Components = { readonly auc: number; readonly ofPositives: Float64Array; readonly ofNegatives: Float64Array }

/**
 * AUC with DeLong's variance and a normal interval cut to [0, 1].
 *
 * O(n log n) in time, O(n) in memory; ties by mid-ranks. Wants at least two rows of each class; with fewer the variance is NaN-free but 0.
 *
 * @param scores - Shape (rows,).
 * @param labels - Shape (rows,), 1 or 0.
 * @throws RegiaError `DATA_EMPTY` when one class has no row.
 * @see DeLong, DeLong and Clarke-Pearson (1988); Sun and Xu (2014), *Fast implementation of DeLong's algorithm*.
 */
export function delongAuc(scores: Float64Array, labels: Uint8Array, confidence = 0.95): AucEstimate {
  const { auc, ofPositives, ofNegatives } = components(scores, labels)
  const variance = varianceOfMean(ofPositives) + varianceOfMean(ofNegatives)
  return {
    auc,
    variance,
    interval: normalInterval(auc, Math.sqrt(variance), confidence, [0, 1]),
    positives: ofPositives.length,
    negatives: ofNegatives.length,
  }
}

/**
 * DeLong's test of two models on the *same rows*: the difference of their AUCs, its interval and p-value.
 *
 * What the models have in common cancels out, so that the interval is far narrower than the two AUCs' own.
 *
 * @param firstScores - Shape (rows,).
 * @param secondScores - Shape (rows,), of the same rows in the same order.
 * @param labels - Shape (rows,), 1 or 0.
 * @throws RegiaError `INVALID_INPUT` when the lengths differ; `DATA_EMPTY` when one class has no row.
 * @example pairedDelong(champion, challenger, labels).interval.lower > -0.002 // "not worse than 0.002"
 */
export function pairedDelong(
  firstScores: Float64Array,
  secondScores: Float64Array,
  labels: Uint8Array,
  confidence = 0.95,
): AucDifference {
  if (firstScores.length !== secondScores.length) {
    throw new RegiaError(
      'INVALID_INPUT',
      `Paired scores differ in number: ${firstScores.length}, ${secondScores.length}.`,
      {
        hint: 'Score the same rows with both models.',
      },
    )
  }
  const first = components(firstScores, labels)
  const second = components(secondScores, labels)
  const difference = second.auc - first.auc
  // The variance of the paired differences is var(a) + var(b) − 2 cov(a, b), without computing a covariance.
  const variance =
    varianceOfMean(second.ofPositives.map((value, i) => value - first.ofPositives[i]!)) +
    varianceOfMean(second.ofNegatives.map((value, i) => value - first.ofNegatives[i]!))
  return {
    difference,
    firstAuc: first.auc,
    secondAuc: second.auc,
    variance,
    interval: normalInterval(difference, Math.sqrt(variance), confidence),
    pValue: twoSidedPValue(difference, variance),
    n: labels.length,
  }
}

function components(scores: Float64Array, labels: Uint8Array): Components {
  const { positives, negatives } = splitByClass(scores, labels)
  const ofPositives = placements(positives, negatives.slice().sort())
  const ofNegatives = placements(negatives, positives.slice().sort()).map((below) => 1 - below)
  return { auc: momentsOf(ofPositives).mean, ofPositives, ofNegatives }
}

function varianceOfMean(values: Float64Array): number {
  const { n, squaredDeviations } = momentsOf(values)
  return n < 2 ? 0 : squaredDeviations / (n - 1) / n
}

function twoSidedPValue(difference: number, variance: number): number {
  if (variance === 0) return difference === 0 ? 1 : 0
  return 2 * normalSurvival(Math.abs(difference) / Math.sqrt(variance))
}
