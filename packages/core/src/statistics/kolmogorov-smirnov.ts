import { RegiaError } from '../kernel/index.ts'
import { sortedFinite } from './quantile.ts'

export type KolmogorovSmirnovResult = {
  /** Largest difference of the two distribution functions, in [0, 1]. */
  readonly statistic: number
  readonly pValue: number
  readonly method: 'exact' | 'asymptotic'
}

/** Beyond this many cells the exact recursion is slow, and the asymptotic p-value differs from it by less than 0.02. */
const EXACT_CELLS = 1_000_000

/**
 * Two-sample Kolmogorov–Smirnov test, two-sided, ties allowed. NaN is left out.
 *
 * @param method - `auto` is exact up to a million cells n·m, else asymptotic (slightly conservative).
 * @throws RegiaError `DATA_EMPTY` when a sample holds no number.
 * @see Hodges (1958), *The significance probability of the Smirnov two-sample test*.
 * @example kolmogorovSmirnov(Float64Array.of(1, 2, 3), Float64Array.of(4, 5, 6)).pValue // 0.1
 */
export function kolmogorovSmirnov(
  reference: Float64Array,
  current: Float64Array,
  method: 'auto' | 'exact' | 'asymptotic' = 'auto',
): KolmogorovSmirnovResult {
  const a = sortedFinite(reference)
  const b = sortedFinite(current)
  if (a.length === 0 || b.length === 0) {
    throw new RegiaError('DATA_EMPTY', `The test needs two samples; got ${a.length} and ${b.length} numbers.`)
  }
  const statistic = largestGap(a, b)
  const exact = method === 'exact' || (method === 'auto' && a.length * b.length <= EXACT_CELLS)
  if (exact) {
    const pValue = exactPValue(statistic, Math.min(a.length, b.length), Math.max(a.length, b.length))
    return { statistic, pValue, method: 'exact' }
  }
  return { statistic, pValue: kolmogorovPValue(statistic, a.length, b.length), method: 'asymptotic' }
}

/**
 * Asymptotic p-value of a two-sample statistic D. For binned samples D is the largest difference of the cumulated shares, which makes it conservative.
 *
 * @param n - Size of the first sample.
 * @param m - Size of the second.
 */
export const kolmogorovPValue = (statistic: number, n: number, m: number): number =>
  kolmogorovSurvival(statistic * Math.sqrt((n * m) / (n + m)))

/**
 * Survival function of Kolmogorov's limit distribution, Q(λ).
 *
 * @see Marsaglia, Tsang and Wang (2003), *Evaluating Kolmogorov's distribution*.
 * @example kolmogorovSurvival(1.36) // 0.0494858768
 */
export function kolmogorovSurvival(lambda: number): number {
  if (lambda <= 0) return 1
  let sum = 0
  // Each series converges in a few terms on its own side.
  if (lambda < 1.18) {
    for (let k = 1; k <= 20; k++) sum += Math.exp(-(((2 * k - 1) * Math.PI) ** 2) / (8 * lambda * lambda))
    return Math.min(1, 1 - (Math.sqrt(2 * Math.PI) / lambda) * sum)
  }
  for (let k = 1; k <= 20; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * lambda * lambda)
  return Math.max(0, sum)
}

function largestGap(a: Float64Array, b: Float64Array): number {
  let i = 0
  let j = 0
  let gap = 0
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i]!, b[j]!)
    while (i < a.length && a[i] === value) i++
    while (j < b.length && b[j] === value) j++
    gap = Math.max(gap, Math.abs(i / a.length - j / b.length))
  }
  return gap
}

// The share of lattice paths from (0, 0) to (m, n) that reach the gap, each step weighted so that the whole sums to one.
// It adds what the paths lose, not what they keep, so that p-values below 1e-12 keep their digits.
function exactPValue(statistic: number, m: number, n: number): number {
  const threshold = (0.5 + Math.floor(statistic * m * n - 1e-7)) / (m * n)
  const reached = new Float64Array(n + 1)
  for (let j = 0; j <= n; j++) reached[j] = j / n > threshold ? 1 : 0
  for (let i = 1; i <= m; i++) {
    if (i / m > threshold) reached[0] = 1
    for (let j = 1; j <= n; j++) {
      if (Math.abs(i / m - j / n) > threshold) reached[j] = 1
      else reached[j] = (i * reached[j]! + j * reached[j - 1]!) / (i + j)
    }
  }
  return reached[n]!
}
