import { RegiaError } from '../kernel/index.ts'
import type { ConfidenceInterval } from './interval.ts'
import { normalCritical } from './interval.ts'
import { normalSurvival } from './normal.ts'
import { sortedFinite } from './quantile.ts'

export type MannWhitneyMethod = 'exact' | 'normal'

export type MannWhitney = {
  /** Pairs in which the second sample's value is above the first's; a tie counts one half. */
  readonly u: number
  /** u over all pairs: the chance that a value of the second is above one of the first. 0.5 without a shift. */
  readonly probabilityAbove: number
  /** Two-sided p-value of "neither tends to be above". */
  readonly pValue: number
  /** One-sided p-values: evidence that the second is above (`greater`), or below (`less`). */
  readonly greater: number
  readonly less: number
  readonly method: MannWhitneyMethod
  readonly n: readonly [number, number]
}

// SciPy's rule: exact where one sample is this small and nothing is tied.
const EXACT_UP_TO = 8

/**
 * Mann–Whitney U test that two samples come from the same distribution, against one of them tending to larger values. NaN is left out.
 *
 * Ties by mid-ranks; exact for small samples without ties, else the normal approximation with tie and continuity correction.
 *
 * @param method - By default as SciPy's `mannwhitneyu`: exact when a sample holds at most 8 values and nothing is tied.
 * @throws RegiaError `DATA_EMPTY` when a sample holds no number.
 * @see Mann and Whitney (1947), *On a test of whether one of two random variables is stochastically larger than the other*.
 * @example mannWhitney(Float64Array.of(1, 2, 3), Float64Array.of(4, 5, 6)).pValue // 0.1
 */
export function mannWhitney(first: Float64Array, second: Float64Array, method?: MannWhitneyMethod): MannWhitney {
  const [x, y] = [sortedFinite(first), sortedFinite(second)]
  const [m, n] = [x.length, y.length]
  if (m === 0 || n === 0) {
    throw new RegiaError('DATA_EMPTY', `The Mann–Whitney test needs two samples; got ${m} and ${n} numbers.`)
  }
  const { u, ties } = rankedPairs(x, y)
  const chosen = method ?? (ties === 0 && Math.min(m, n) <= EXACT_UP_TO ? 'exact' : 'normal')
  const [greater, less] = chosen === 'exact' ? exactTails(u, m, n) : normalTails(u, m, n, ties)
  return {
    u,
    probabilityAbove: u / (m * n),
    pValue: Math.min(1, 2 * Math.min(greater, less)),
    greater,
    less,
    method: chosen,
    n: [m, n],
  }
}

/** Variance of u when both samples come from one distribution. `ties` is Σ(t³ − t) over groups of equal values. */
export function mannWhitneyVariance(m: number, n: number, ties: number): number {
  const all = m + n
  if (all < 2) return 0
  return ((m * n) / 12) * (all + 1 - ties / (all * (all - 1)))
}

function rankedPairs(x: Float64Array, y: Float64Array): { readonly u: number; readonly ties: number } {
  let i = 0
  let j = 0
  // Twice u is an integer, so that the sum is exact.
  let twice = 0
  let ties = 0
  while (i < x.length || j < y.length) {
    const value = Math.min(x[i] ?? Number.POSITIVE_INFINITY, y[j] ?? Number.POSITIVE_INFINITY)
    const [beforeX, beforeY] = [i, j]
    while (i < x.length && x[i] === value) i++
    while (j < y.length && y[j] === value) j++
    twice += (j - beforeY) * (beforeX + i)
    const tied = i - beforeX + j - beforeY
    ties += tied ** 3 - tied
  }
  return { u: twice / 2, ties }
}

function normalTails(u: number, m: number, n: number, ties: number): [number, number] {
  const deviation = Math.sqrt(mannWhitneyVariance(m, n, ties))
  if (deviation === 0) return [1, 1]
  const distance = u - (m * n) / 2
  return [normalSurvival((distance - 0.5) / deviation), normalSurvival((-distance - 0.5) / deviation)]
}

function exactTails(u: number, m: number, n: number): [number, number] {
  const chances = exactDistribution(m, n)
  // A half comes of ties only; the nearest whole number outwards is the cautious one.
  return [sumOf(chances, 0, Math.floor(m * n - u)), sumOf(chances, 0, Math.floor(u))]
}

const sumOf = (values: Float64Array, from: number, to: number): number => {
  let sum = 0
  for (let i = from; i <= to && i < values.length; i++) sum += values[i]!
  return Math.min(1, sum)
}

/** Chance of each u from 0 to m·n without ties: the Gaussian binomial coefficient, normalised factor by factor. */
function exactDistribution(m: number, n: number): Float64Array {
  const [few, many] = [Math.min(m, n), Math.max(m, n)]
  const chances = new Float64Array(few * many + 1)
  chances[0] = 1
  for (let k = 1; k <= few; k++) {
    const top = k * many
    // Times (1 − q^(many + k)) / (1 − q^k), and by k / (many + k), which keeps the sum at 1.
    for (let u = top; u >= many + k; u--) chances[u]! -= chances[u - many - k]!
    for (let u = k; u <= top; u++) chances[u]! += chances[u - k]!
    for (let u = 0; u <= top; u++) chances[u]! *= k / (many + k)
  }
  return chances
}

export type Shift = {
  readonly estimate: number
  readonly interval: ConfidenceInterval
  readonly method: MannWhitneyMethod
}

/**
 * Hodges–Lehmann shift: the median of all differences second − first, with the interval that belongs to the Mann–Whitney test. NaN is left out.
 *
 * Robust where the mean difference is not: one reply that took a minute does not move it. O((m + n) log) in time without storing the pairs.
 *
 * @throws RegiaError `DATA_EMPTY` when a sample holds no number.
 * @see Hodges and Lehmann (1963), *Estimates of location based on rank tests*; R's `wilcox.test(conf.int = TRUE)`.
 * @example hodgesLehmann(Float64Array.of(1, 2, 3), Float64Array.of(4, 5, 6)).estimate // 3
 */
export function hodgesLehmann(first: Float64Array, second: Float64Array, confidence = 0.95): Shift {
  const [x, y] = [sortedFinite(first), sortedFinite(second)]
  const pairs = x.length * y.length
  if (pairs === 0) {
    throw new RegiaError('DATA_EMPTY', `A shift needs two samples; got ${x.length} and ${y.length} numbers.`)
  }
  const { rank, method } = intervalRank(x, y, confidence)
  const at = (k: number) => differenceAt(x, y, k)
  const estimate = pairs % 2 === 1 ? at((pairs + 1) / 2) : (at(pairs / 2) + at(pairs / 2 + 1)) / 2
  const interval =
    rank < 1
      ? { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY, confidence }
      : { lower: at(rank), upper: at(pairs + 1 - rank), confidence }
  return { estimate, interval, method }
}

/** Which difference, counted from the smallest, is the lower end of the interval; 0 where there are too few. */
function intervalRank(x: Float64Array, y: Float64Array, confidence: number) {
  const [m, n] = [x.length, y.length]
  const { ties } = rankedPairs(x, y)
  if (ties === 0 && Math.min(m, n) <= EXACT_UP_TO) {
    const chances = exactDistribution(m, n)
    let below = 0
    let rank = 0
    while (below + chances[rank]! <= (1 - confidence) / 2) below += chances[rank++]!
    return { rank, method: 'exact' as const }
  }
  const half = normalCritical(confidence) * Math.sqrt(mannWhitneyVariance(m, n, ties))
  return { rank: Math.floor((m * n) / 2 - half + 0.5), method: 'normal' as const }
}

/** The k-th smallest (from 1) of all differences y − x of sorted samples. */
function differenceAt(x: Float64Array, y: Float64Array, k: number): number {
  let low = y[0]! - x.at(-1)!
  let high = y.at(-1)! - x[0]!
  while (true) {
    const middle = low + (high - low) / 2
    if (middle <= low || middle >= high) break
    if (countUpToDifference(x, y, middle) >= k) high = middle
    else low = middle
  }
  return countUpToDifference(x, y, low) >= k ? low : high
}

function countUpToDifference(x: Float64Array, y: Float64Array, limit: number): number {
  let count = 0
  let j = 0
  for (const value of x) {
    while (j < y.length && y[j]! - value <= limit) j++
    count += j
  }
  return count
}
