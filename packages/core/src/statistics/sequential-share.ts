import type { ConfidenceInterval } from './interval.ts'
import { incompleteBeta, logBeta } from './special-functions.ts'

// Jeffreys' prior: indifferent to the scale of a share, and with much of its weight where shares of errors are.
const PRIOR = 0.5
const LOG_PRIOR = logBeta(PRIOR, PRIOR)

/**
 * Evidence that a share is above a limit, exact for any number of trials and looked at as often as one likes: the likelihood of what was
 * seen, averaged over all shares above the limit, over its likelihood at the limit.
 *
 * It reaches 1/α at any time at all with a chance of at most α while the share is at or below the limit. No normal approximation, so it
 * holds for the first request and for one error in a million.
 *
 * @param successes - Count of what is limited, 0 ≤ successes ≤ n.
 * @param limit - In [0, 1].
 * @returns The logarithm of the ratio.
 * @see Robbins (1970), *Statistical methods related to the law of the iterated logarithm*; Howard et al. (2021), *Time-uniform,
 *   nonparametric, nonasymptotic confidence sequences*, §3.2 (beta-binomial mixture).
 * @example logShareAboveRatio(8, 100, 0.01) // 7.42: 1,670 to 1 against the limit
 */
export function logShareAboveRatio(successes: number, n: number, limit: number): number {
  if (n === 0 || limit >= 1) return 0
  if (limit <= 0) return successes > 0 ? Number.POSITIVE_INFINITY : 0
  const failures = n - successes
  const above = incompleteBeta(failures + PRIOR, successes + PRIOR, 1 - limit)
  if (above === 0) return Number.NEGATIVE_INFINITY
  const averaged = logBeta(successes + PRIOR, failures + PRIOR) + Math.log(above)
  const prior = LOG_PRIOR + Math.log(incompleteBeta(PRIOR, PRIOR, 1 - limit))
  return averaged - prior - successes * Math.log(limit) - failures * Math.log1p(-limit)
}

/**
 * A bound that a share is above, with the confidence, at all times together.
 *
 * @param alpha - 1 − confidence, in (0, 1).
 * @returns In [0, successes/n]; 0 without any success.
 * @example sequentialShareLower(8, 100, 0.05) // 0.0195…
 */
export function sequentialShareLower(successes: number, n: number, alpha: number): number {
  if (successes === 0) return 0
  const target = -Math.log(alpha)
  return fallingRoot((limit) => logShareAboveRatio(successes, n, limit) - target, successes / n)
}

/** A bound that a share is below, with the confidence, at all times together; 1 without any failure. */
export const sequentialShareUpper = (successes: number, n: number, alpha: number): number =>
  1 - sequentialShareLower(n - successes, n, alpha)

/** Both bounds, each with half of what is left of the confidence. */
export function sequentialShareInterval(successes: number, n: number, confidence = 0.95): ConfidenceInterval {
  const alpha = (1 - confidence) / 2
  return {
    lower: sequentialShareLower(successes, n, alpha),
    upper: sequentialShareUpper(successes, n, alpha),
    confidence,
  }
}

/**
 * Where a function that falls from +∞ at 0 crosses zero, at most `end`: by false position (Illinois) of the logarithm, for shares of any size.
 */
function fallingRoot(f: (x: number) => number, end: number): number {
  const at = (log: number) => f(Math.exp(log))
  let high = Math.log(end)
  let below = at(high)
  if (below > 0) return end
  let low = high - 0.5
  let above = at(low)
  for (let step = 1; above < 0; step *= 2) {
    high = low
    below = above
    low -= step
    above = at(low)
  }
  let moved = 0
  for (let i = 0; i < 100 && high - low > 1e-9; i++) {
    const next = low + ((high - low) * above) / (above - below)
    const value = at(next)
    if (Math.abs(value) < 1e-9) return Math.exp(next)
    const side = Math.sign(value)
    // Halving the weight of an end that stays twice keeps it from staying for ever.
    const weight = side === moved ? 0.5 : 1
    if (side > 0) [low, above, below] = [next, value, below * weight]
    else [high, below, above] = [next, value, above * weight]
    moved = side
  }
  return Math.exp(low)
}
