import { type ConfidenceInterval, normalInterval, wilsonInterval } from './interval.ts'
import { type Moments, sampleVariance } from './moments.ts'
import { normalSurvival } from './normal.ts'

export type Share = { readonly successes: number; readonly n: number }

export type FixedDifference = {
  /** Second − first. */
  readonly difference: number
  readonly interval: ConfidenceInterval
  /** Two-sided. Valid for one look whose time was fixed before; looked at again and again it alarms too often. */
  readonly pValue: number
}

/**
 * Newcombe's interval of a difference of two shares: made of Wilson's intervals of both, so that it holds for small n and rare events.
 *
 * @returns Interval of second − first, in [−1, 1].
 * @see Newcombe (1998), *Interval estimation for the difference between independent proportions*, method 10.
 * @example newcombeInterval({ successes: 48, n: 80 }, { successes: 56, n: 70 }) // { lower: 0.0524…, upper: 0.3339…, confidence: 0.95 }
 */
export function newcombeInterval(first: Share, second: Share, confidence = 0.95): ConfidenceInterval {
  const [a, b] = [
    wilsonInterval(first.successes, first.n, confidence),
    wilsonInterval(second.successes, second.n, confidence),
  ]
  if (first.n === 0 || second.n === 0) return { lower: -1, upper: 1, confidence }
  const [p, q] = [first.successes / first.n, second.successes / second.n]
  return {
    lower: q - p - Math.hypot(q - b.lower, a.upper - p),
    upper: q - p + Math.hypot(b.upper - q, p - a.lower),
    confidence,
  }
}

/**
 * Two-proportion z test (pooled) with Newcombe's interval.
 *
 * For a single look at a planned n; for looking all the time {@link sequentialDifference}, for tables with tiny counts {@link fisherExact}.
 *
 * @example twoProportions({ successes: 200, n: 1000 }, { successes: 240, n: 1000 }).pValue // 0.0307…
 */
export function twoProportions(first: Share, second: Share, confidence = 0.95): FixedDifference {
  const interval = newcombeInterval(first, second, confidence)
  if (first.n === 0 || second.n === 0) return { difference: 0, interval, pValue: 1 }
  const difference = second.successes / second.n - first.successes / first.n
  const pooled = (first.successes + second.successes) / (first.n + second.n)
  const variance = pooled * (1 - pooled) * (1 / first.n + 1 / second.n)
  return { difference, interval, pValue: twoSided(difference, variance) }
}

/**
 * Difference of two means by the normal law with unequal variances (Welch's z), for a single look at a planned n of some hundreds or more.
 *
 * @example meanDifference(control, treatment).pValue
 */
export function meanDifference(first: Moments, second: Moments, confidence = 0.95): FixedDifference {
  const difference = second.mean - first.mean
  if (first.n < 2 || second.n < 2) {
    return {
      difference,
      interval: { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY, confidence },
      pValue: 1,
    }
  }
  const variance = sampleVariance(first) / first.n + sampleVariance(second) / second.n
  return {
    difference,
    interval: normalInterval(difference, Math.sqrt(variance), confidence),
    pValue: twoSided(difference, variance),
  }
}

function twoSided(difference: number, variance: number): number {
  if (variance === 0) return difference === 0 ? 1 : 0
  return Math.min(1, 2 * normalSurvival(Math.abs(difference) / Math.sqrt(variance)))
}
