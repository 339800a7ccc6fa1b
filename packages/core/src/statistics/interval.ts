import { RegiaError } from '../kernel/index.ts'
import { normalQuantile } from './normal.ts'

/** A two-sided interval around an estimate: `lower` ≤ `upper` in the unit of the estimate, `confidence` in (0, 1). */
export type ConfidenceInterval = { readonly lower: number; readonly upper: number; readonly confidence: number }

/** The half-width of a two-sided normal interval, in standard errors: 1.96 for 0.95. */
export function normalCritical(confidence: number): number {
  if (!(confidence > 0 && confidence < 1)) {
    throw new RegiaError('INVALID_INPUT', `The confidence is ${confidence}; it must lie between 0 and 1.`, {
      where: 'confidence',
      hint: 'Use 0.95 for a 95 % interval.',
    })
  }
  return normalQuantile(0.5 + confidence / 2)
}

/**
 * Wilson's score interval of a proportion. Holds its coverage for small n and for proportions near 0 and 1, where ±1.96 standard errors fail.
 *
 * @param successes - Count, 0 ≤ successes ≤ n.
 * @param n - Number of trials. With none the interval is [0, 1].
 * @param confidence - In (0, 1).
 * @see Wilson (1927), *Probable inference, the law of succession, and statistical inference*.
 * @example wilsonInterval(8, 10) // { lower: 0.490…, upper: 0.943…, confidence: 0.95 }
 */
export function wilsonInterval(successes: number, n: number, confidence = 0.95): ConfidenceInterval {
  const z = normalCritical(confidence)
  if (n === 0) return { lower: 0, upper: 1, confidence }
  const p = successes / n
  const scale = 1 + (z * z) / n
  const centre = (p + (z * z) / (2 * n)) / scale
  const half = (z / scale) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))
  return { lower: successes === 0 ? 0 : centre - half, upper: successes === n ? 1 : centre + half, confidence }
}

/** estimate ± critical · standardError, cut to [minimum, maximum]. */
export function normalInterval(
  estimate: number,
  standardError: number,
  confidence = 0.95,
  [minimum, maximum]: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): ConfidenceInterval {
  const half = normalCritical(confidence) * standardError
  return { lower: Math.max(minimum, estimate - half), upper: Math.min(maximum, estimate + half), confidence }
}
