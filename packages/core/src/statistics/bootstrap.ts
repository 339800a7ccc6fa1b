import type { Rng } from '../kernel/index.ts'
import type { ConfidenceInterval } from './interval.ts'
import { quantileSorted, sortedFinite } from './quantile.ts'

export type BootstrapOptions = {
  readonly rng: Rng
  /** Resamples; 200 give an interval good to about a tenth of its width. */
  readonly resamples?: number
  readonly confidence?: number
}

/**
 * Percentile bootstrap interval of a statistic that has no closed formula.
 *
 * For proportions prefer {@link wilsonInterval}, for an AUC {@link delongAuc}: they are faster and better for small n.
 *
 * @param n - Number of rows.
 * @param statistic - Computes the statistic on the given row numbers, shape (n,), drawn with replacement. NaN is left out.
 * @returns The interval; NaN on both sides when no resample gave a number.
 * @see Efron and Tibshirani (1993), *An Introduction to the Bootstrap*, chapter 13.
 * @example bootstrapInterval(values.length, (rows) => mean(rows.map((row) => values[row])), { rng: createRng(7) })
 */
export function bootstrapInterval(
  n: number,
  statistic: (rows: Int32Array) => number,
  { rng, resamples = 200, confidence = 0.95 }: BootstrapOptions,
): ConfidenceInterval {
  const rows = new Int32Array(n)
  const values = new Float64Array(resamples)
  for (let i = 0; i < resamples; i++) {
    for (let j = 0; j < n; j++) rows[j] = rng.integer(n)
    values[i] = statistic(rows)
  }
  const sorted = sortedFinite(values)
  if (sorted.length === 0) return { lower: Number.NaN, upper: Number.NaN, confidence }
  const tail = (1 - confidence) / 2
  return { lower: quantileSorted(sorted, tail), upper: quantileSorted(sorted, 1 - tail), confidence }
}
