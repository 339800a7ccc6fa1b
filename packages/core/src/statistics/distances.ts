import { RegiaError } from '../kernel/index.ts'
import { sortedFinite } from './quantile.ts'

/**
 * Fractions per bin from counts, with `smoothing` added to each bin so that none is empty: (c + s) / (n + s·k).
 *
 * @param smoothing - 0 for plain shares; 0.5 (Jeffreys) before a distance that takes logarithms.
 * @throws RegiaError `DATA_EMPTY` when there is no count at all and no smoothing.
 */
export function fractionsOf(counts: readonly number[], smoothing = 0): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0) + smoothing * counts.length
  if (total <= 0) throw new RegiaError('DATA_EMPTY', 'The bins hold no rows, so they have no distribution.')
  return counts.map((count) => (count + smoothing) / total)
}

/**
 * Population Stability Index between two binned distributions.
 *
 * For categorical or pre-binned features. For raw numbers with n < 500 prefer {@link kolmogorovSmirnov}: PSI depends on the binning.
 * An empty bin would give an infinite distance: make the fractions with {@link fractionsOf} and a smoothing of 0.5.
 *
 * @param reference - Fractions per bin, shape (k,), each in (0, 1], summing to 1 ± 1e-9.
 * @param current - Same bins, shape (k,).
 * @returns PSI in nats, ≥ 0; 0 means identical. Lower is better. `Infinity` when one side of a bin is empty and the other is not.
 * @throws RegiaError `INVALID_INPUT` when the lengths differ or a sum is not 1.
 * @see Siddiqi (2006), *Credit Risk Scorecards*: 0.1 and 0.25 are convention, not tests.
 * @example psi([0.5, 0.5], [0.6, 0.4]) // 0.0405…
 */
export function psi(reference: readonly number[], current: readonly number[]): number {
  assertDistributions(reference, current)
  return sumOver(reference, current, (p, q) => (p === q ? 0 : (p - q) * Math.log(p / q)))
}

/**
 * Jensen–Shannon *distance* (the square root of the divergence), base 2, in [0, 1]. Symmetric; empty bins are fine.
 *
 * @throws RegiaError `INVALID_INPUT` when the lengths differ or a sum is not 1.
 * @see Lin (1991), *Divergence measures based on the Shannon entropy*.
 * @example jensenShannon([0.1, 0.2, 0.3, 0.4], [0.25, 0.25, 0.25, 0.25]) // 0.2005…
 */
export function jensenShannon(reference: readonly number[], current: readonly number[]): number {
  assertDistributions(reference, current)
  const half = (p: number, m: number) => (p === 0 ? 0 : p * Math.log2(p / m))
  const divergence = sumOver(reference, current, (p, q) => half(p, (p + q) / 2) + half(q, (p + q) / 2)) / 2
  return Math.sqrt(Math.max(0, divergence))
}

/**
 * Total variation distance: the largest difference of the probability of any set of bins, in [0, 1].
 *
 * @throws RegiaError `INVALID_INPUT` when the lengths differ or a sum is not 1.
 * @example totalVariation([0.1, 0.2, 0.3, 0.4], [0.25, 0.25, 0.25, 0.25]) // 0.2
 */
export function totalVariation(reference: readonly number[], current: readonly number[]): number {
  assertDistributions(reference, current)
  return sumOver(reference, current, (p, q) => Math.abs(p - q)) / 2
}

/**
 * Wasserstein-1 ("earth mover's") distance between two samples, in the unit of the values. NaN is left out.
 *
 * @throws RegiaError `DATA_EMPTY` when a sample holds no number.
 * @example wasserstein(Float64Array.of(0, 1, 3), Float64Array.of(5, 6, 8)) // 5
 */
export function wasserstein(reference: Float64Array, current: Float64Array): number {
  const a = sortedFinite(reference)
  const b = sortedFinite(current)
  if (a.length === 0 || b.length === 0) {
    throw new RegiaError('DATA_EMPTY', `A distance needs two samples; got ${a.length} and ${b.length} numbers.`)
  }
  let i = 0
  let j = 0
  let distance = 0
  let previous = Math.min(a[0]!, b[0]!)
  while (i < a.length || j < b.length) {
    const next = Math.min(a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY)
    distance += Math.abs(i / a.length - j / b.length) * (next - previous)
    while (i < a.length && a[i] === next) i++
    while (j < b.length && b[j] === next) j++
    previous = next
  }
  return distance
}

function sumOver(a: readonly number[], b: readonly number[], term: (p: number, q: number) => number): number {
  return a.reduce((sum, p, i) => sum + term(p, b[i]!), 0)
}

function assertDistributions(reference: readonly number[], current: readonly number[]): void {
  const sums = [reference, current].map((fractions) => fractions.reduce((sum, fraction) => sum + fraction, 0))
  if (reference.length === current.length && sums.every((sum) => Math.abs(sum - 1) <= 1e-9)) return
  throw new RegiaError(
    'INVALID_INPUT',
    `Two distributions over the same bins are needed; got ${reference.length} and ${current.length} bins, sums ${sums.join(' and ')}.`,
    { hint: 'Make the fractions from counts with fractionsOf.' },
  )
}
