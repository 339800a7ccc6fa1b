import {
  logShareAboveRatio,
  mannWhitneyOfCounts,
  shiftOfCounts,
  upperMixtureCritical,
} from '../../../statistics/index.ts'
import { countAboveMs, LATENCY_BIN_LOG_WIDTH, latencyBinStartMs, latencyQuantile } from '../latency-bins.ts'
import { boundedInterval, percent, short, waitingFor } from '../rule-outcome.ts'
import { undecided } from './error-rules.ts'
import type { RollbackRule } from './rule.ts'

const ABOVE_P99 = 0.01

/** "p99 is above the limit" is "more than one in a hundred is", which is a share: exact from the first request on. */
export const p99: RollbackRule = {
  name: 'p99Ms',
  isTest: true,
  isActive: (rules) => rules.p99Ms !== undefined,
  judge: ({ rules, canary, alpha, minimumRequests: needed }) => {
    const limit = rules.p99Ms ?? Number.MAX_VALUE
    const n = sumOf(canary.latency)
    const observed = latencyQuantile(canary.latency, 1 - ABOVE_P99)
    if (observed === undefined) {
      return { rule: 'p99Ms', state: 'waits', limit, n, needed, sentence: waitingFor(n, needed, 'requests') }
    }
    const shared = {
      rule: 'p99Ms',
      limit,
      observed,
      ...boundedInterval(p99Interval(canary.latency, n, alpha)),
      n,
      needed,
    } as const
    const above = countAboveMs(canary.latency, limit)
    const found = `p99 is ${short(observed)} ms of ${n} requests; the limit is ${short(limit)} ms`
    if (logShareAboveRatio(above, n, ABOVE_P99) >= -Math.log(alpha)) {
      const sentence = `${found}, and ${above} requests (${percent(above / n)}) took longer, which is too many for chance`
      return { ...shared, state: 'fails', sentence }
    }
    return { ...shared, ...undecided(observed <= limit, n, needed, found) }
  },
}

/** The range of latencies of which neither "more than 1 % are above" nor "less than 1 % are above" is proven. */
function p99Interval(latency: Float64Array, n: number, alpha: number) {
  const target = -Math.log(alpha)
  const above = countsFrom(latency)
  const isMore = (bin: number) => logShareAboveRatio(above[bin]!, n, ABOVE_P99) >= target
  const isLess = (bin: number) => logShareAboveRatio(n - above[bin]!, n, 1 - ABOVE_P99) >= target
  const lower = Math.max(0, firstBin(latency.length, (bin) => !isMore(bin)) - 1)
  const upper = firstBin(latency.length, isLess)
  return {
    lower: latencyBinStartMs(lower),
    upper: upper >= latency.length ? Number.POSITIVE_INFINITY : latencyBinStartMs(upper),
    confidence: 1 - 2 * alpha,
  }
}

/** The first bin for which a property holds that, once true, stays so; `length` where it never does. */
function firstBin(length: number, holds: (bin: number) => boolean): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** Counts of each bin and all above it. */
function countsFrom(latency: Float64Array): Float64Array {
  const above = new Float64Array(latency.length)
  let sum = 0
  for (let bin = latency.length - 1; bin >= 0; bin--) above[bin] = sum += latency[bin]!
  return above
}

// Kayenta asks for fifty points before it judges; the normal law of the rank sum is good by then.
const BURN_IN = 50
// The prior spread of "chance to be slower − ½": shifts of about this size are found soonest.
const SPREAD = 0.1

/** Whether latencies are above the stable version's by more than the allowed fraction: Mann–Whitney on the logarithmic bins. */
export const latencyIncrease: RollbackRule = {
  name: 'latencyIncrease',
  isTest: true,
  isActive: () => true,
  judge: ({ rules, control, canary, alpha, minimumRequests: needed }) => {
    const limit = rules.latencyIncrease
    const [m, n] = mannWhitneyOfCounts(control.latency, canary.latency).n
    const ready = Math.min(m, n)
    if (ready < BURN_IN) {
      const enough = Math.max(needed, BURN_IN)
      const sentence = waitingFor(ready, enough, 'requests of each version')
      return { rule: 'latencyIncrease', state: 'waits', limit, n, needed: enough, sentence }
    }
    const critical = upperMixtureCritical(alpha, (12 * SPREAD ** 2) / (1 / m + 1 / n))
    const shift = shiftOfCounts(control.latency, canary.latency, critical)
    const observed = increaseOf(shift.estimate)
    const interval = { lower: increaseOf(shift.lower), upper: increaseOf(shift.upper), confidence: 1 - 2 * alpha }
    const shared = { rule: 'latencyIncrease', limit, observed, ...boundedInterval(interval), n, needed } as const
    const found = `latencies are ${direction(observed)} the stable version's, over ${n} requests`
    if (interval.lower > limit) {
      return {
        ...shared,
        state: 'fails',
        sentence: `${found}: by at least ${percent(interval.lower)}, and ${percent(limit)} are allowed`,
      }
    }
    return { ...shared, ...undecided(observed <= limit, ready, needed, found) }
  },
}

/** The fraction by which a shift of bins multiplies a latency, less 1. */
const increaseOf = (bins: number): number => Math.expm1(bins * LATENCY_BIN_LOG_WIDTH)

const direction = (increase: number): string => `${percent(Math.abs(increase))} ${increase >= 0 ? 'above' : 'below'}`

const sumOf = (counts: Float64Array): number => counts.reduce((sum, count) => sum + count, 0)
