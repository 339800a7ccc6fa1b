import {
  logShareAboveRatio,
  sequentialShareInterval,
  sequentialShareLower,
  sequentialShareUpper,
} from '../../../statistics/index.ts'
import { percent, type RuleOutcome, waitingFor } from '../rule-outcome.ts'
import type { RollbackRule, RuleContext } from './rule.ts'

/** The share of failed requests against a fixed limit: exact from the first request on. */
export const errorRate: RollbackRule = {
  name: 'errorRate',
  isTest: true,
  isActive: (rules) => rules.errorRate !== undefined,
  judge: ({ rules, canary, alpha, minimumRequests: needed }) => {
    const { errorCount, requestCount: n } = canary
    const limit = rules.errorRate ?? 1
    if (n === 0)
      return { rule: 'errorRate', state: 'waits', limit, n, needed, sentence: waitingFor(n, needed, 'requests') }
    const observed = errorCount / n
    const interval = sequentialShareInterval(errorCount, n, 1 - 2 * alpha)
    const shared = { rule: 'errorRate', limit, observed, interval, n, needed } as const
    const found = `${percent(observed)} of ${n} requests failed; the limit is ${percent(limit)}`
    if (logShareAboveRatio(errorCount, n, limit) >= -Math.log(alpha)) {
      return {
        ...shared,
        state: 'fails',
        sentence: `${found}, and the true share is above it (at least ${percent(interval.lower)})`,
      }
    }
    return { ...shared, ...undecided(observed <= limit, n, needed, found) }
  },
}

/** The share of failed requests against the stable version's at the same time. */
export const errorRateIncrease: RollbackRule = {
  name: 'errorRateIncrease',
  isTest: true,
  isActive: () => true,
  judge: (context) => {
    const { rules, control, canary, minimumRequests: needed } = context
    const limit = rules.errorRateIncrease
    const n = canary.requestCount
    if (n === 0 || control.requestCount === 0) {
      const sentence = n === 0 ? waitingFor(n, needed, 'requests') : 'waiting for requests of the stable version'
      return { rule: 'errorRateIncrease', state: 'waits', limit, n, needed, sentence }
    }
    const controlRate = control.errorCount / control.requestCount
    const observed = canary.errorCount / n - controlRate
    const interval = increaseInterval(context)
    const shared = { rule: 'errorRateIncrease', limit, observed, interval, n, needed } as const
    const found = `${percent(canary.errorCount / n)} of ${n} requests failed, of the stable version ${percent(controlRate)}`
    if (interval.lower > limit) {
      const sentence = `${found}: above it by at least ${percent(interval.lower)}, and ${percent(limit)} are allowed`
      return { ...shared, state: 'fails', sentence }
    }
    const ready = Math.min(n, control.requestCount)
    return { ...shared, ...undecided(observed <= limit, ready, needed, found) }
  },
}

// Each side's bound holds with half of the allowed error, so that their difference holds with all of it, whatever the shares of traffic.
function increaseInterval({ control, canary, alpha }: RuleContext) {
  const [a, b] = [control.errorCount, canary.errorCount]
  const [m, n] = [control.requestCount, canary.requestCount]
  return {
    lower: sequentialShareLower(b, n, alpha / 2) - sequentialShareUpper(a, m, alpha / 2),
    upper: sequentialShareUpper(b, n, alpha / 2) - sequentialShareLower(a, m, alpha / 2),
    confidence: 1 - 2 * alpha,
  }
}

/** What is said when a limit is not proven to be broken: too little seen, above it by chance perhaps, or within it. */
export function undecided(
  isWithin: boolean,
  n: number,
  needed: number,
  found: string,
  what = 'requests',
): Pick<RuleOutcome, 'state' | 'sentence'> {
  if (n < needed) return { state: 'waits', sentence: waitingFor(n, needed, what) }
  if (isWithin) return { state: 'passes', sentence: found }
  return { state: 'waits', sentence: `${found}; that may still be chance` }
}
