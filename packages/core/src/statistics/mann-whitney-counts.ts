import { RegiaError } from '../kernel/index.ts'
import { mannWhitneyVariance } from './mann-whitney.ts'

export type BinnedMannWhitney = {
  /** Chance that a value of the second sample is above one of the first; values in one bin tie. */
  readonly probabilityAbove: number
  /** Standardised by the variance under "same distribution", ties included; 0 where all values share a bin. */
  readonly z: number
  readonly n: readonly [number, number]
}

/**
 * Mann–Whitney test of two histograms on the same bins.
 *
 * @param first - Counts, shape (k,).
 * @param second - Counts on the same bins, shape (k,).
 * @param shift - Whole bins by which the second is moved down before the comparison: tests "above by more than `shift` bins".
 * @throws RegiaError `INVALID_INPUT` when the numbers of bins differ.
 * @example mannWhitneyOfCounts(Float64Array.of(5, 5, 0), Float64Array.of(0, 5, 5)).probabilityAbove // 0.875
 */
export function mannWhitneyOfCounts(first: Float64Array, second: Float64Array, shift = 0): BinnedMannWhitney {
  if (first.length !== second.length) {
    throw new RegiaError('INVALID_INPUT', `The histograms have ${first.length} and ${second.length} bins.`, {
      hint: 'Count both samples on the same edges.',
    })
  }
  let m = 0
  let n = 0
  let wins = 0
  let ties = 0
  const { length } = first
  // Both are read from a place of their own that is never negative: an index below 0 makes V8 give up on the loop.
  const firstFrom = Math.max(0, shift)
  const secondFrom = Math.max(0, -shift)
  for (let i = 0; i < length + firstFrom + secondFrom; i++) {
    const a = i >= firstFrom && i - firstFrom < length ? first[i - firstFrom]! : 0
    const b = i >= secondFrom && i - secondFrom < length ? second[i - secondFrom]! : 0
    const tied = a + b
    wins += b * (m + a / 2)
    m += a
    n += b
    ties += tied * tied * tied - tied
  }
  const pairs = m * n
  if (pairs === 0) return { probabilityAbove: 0.5, z: 0, n: [m, n] }
  const deviation = Math.sqrt(mannWhitneyVariance(m, n, ties))
  return { probabilityAbove: wins / pairs, z: deviation > 0 ? (wins - pairs / 2) / deviation : 0, n: [m, n] }
}

export type BinnedShift = { readonly estimate: number; readonly lower: number; readonly upper: number }

/**
 * By how many bins the second histogram is above the first: where the Mann–Whitney z is 0, and where it is ± a critical value.
 *
 * On bins of equal width it is the Hodges–Lehmann shift in bin widths; on log-spaced bins the ratio of the values is the base to its power.
 * Between whole bins z is interpolated.
 *
 * @param critical - 1.96 for a single look of 95 %, {@link mixtureCritical} when looked at all the time.
 * @returns Bins; infinite where the samples are too small for a bound.
 */
export function shiftOfCounts(first: Float64Array, second: Float64Array, critical: number): BinnedShift {
  const [a, b] = occupied(first, second)
  const z = (shift: number) => mannWhitneyOfCounts(a, b, shift).z
  const crossing = (level: number) => fallingCrossing(z, level, a.length)
  return { estimate: crossing(0), lower: crossing(critical), upper: crossing(-critical) }
}

/** Both histograms without the bins at the ends that neither uses: most of the bins of latencies are such. */
function occupied(first: Float64Array, second: Float64Array): [Float64Array, Float64Array] {
  let start = 0
  let end = Math.max(first.length, second.length)
  while (start < end && !first[start] && !second[start]) start++
  while (end > start && !first[end - 1] && !second[end - 1]) end--
  return [first.subarray(start, end), second.subarray(start, end)]
}

/** Where a falling function of whole numbers in [−limit, limit] passes a level, interpolated; ∓∞ where it never does. */
function fallingCrossing(f: (shift: number) => number, level: number, limit: number): number {
  let low = -limit
  let high = limit
  if (f(low) <= level) return Number.NEGATIVE_INFINITY
  if (f(high) >= level) return Number.POSITIVE_INFINITY
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (f(middle) > level) low = middle
    else high = middle
  }
  const [above, below] = [f(low), f(high)]
  return above === below ? low : low + (above - level) / (above - below)
}
