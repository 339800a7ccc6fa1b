import { RegiaError } from '../kernel/index.ts'

/** An ascending copy without NaN. */
export const sortedFinite = (values: Float64Array): Float64Array =>
  values.filter((value) => !Number.isNaN(value)).sort()

/**
 * Quantile of sorted numbers by linear interpolation (NumPy's default, Hyndman and Fan's type 7).
 *
 * @param sorted - Ascending, without NaN, shape (n,), n ≥ 1.
 * @param fraction - In [0, 1].
 * @throws RegiaError `DATA_EMPTY` when there is nothing to take a quantile of.
 * @example quantileSorted(Float64Array.of(1, 2, 4), 0.75) // 3
 */
export function quantileSorted(sorted: Float64Array, fraction: number): number {
  if (sorted.length === 0) throw new RegiaError('DATA_EMPTY', 'A quantile needs at least one number; there is none.')
  const position = fraction * (sorted.length - 1)
  const index = Math.floor(position)
  const low = sorted[index]!
  const high = sorted[Math.min(index + 1, sorted.length - 1)]!
  return low === high ? low : low + (position - index) * (high - low)
}

/** Quantiles of unsorted numbers, NaN left out. Sorts a copy once. */
export function quantiles(values: Float64Array, fractions: readonly number[]): number[] {
  const sorted = sortedFinite(values)
  return fractions.map((fraction) => quantileSorted(sorted, fraction))
}
