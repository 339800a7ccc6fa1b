import { waitingFor } from '../rule-outcome.ts'
import type { RollbackRule } from './rule.ts'

/** Answers that are no numbers. One too many is proof, so nothing is waited for. */
export const invalidAnswers: RollbackRule = {
  name: 'invalidAnswers',
  isTest: false,
  isActive: () => true,
  judge: ({ rules, canary, minimumRequests: needed }) => {
    const [limit, observed, n] = [rules.invalidAnswers, canary.invalidCount, canary.requestCount]
    const shared = { rule: 'invalidAnswers', limit, observed, n, needed } as const
    const found = `${observed} answers that are no numbers in ${n} requests, of at most ${limit}`
    if (observed > limit) return { ...shared, state: 'fails', sentence: found }
    if (n < needed) return { ...shared, state: 'waits', sentence: waitingFor(n, needed, 'requests') }
    return { ...shared, state: 'passes', sentence: found }
  },
}

/** Failures one after the other: the quickest sign of a version that does not work at all. */
export const consecutiveFailures: RollbackRule = {
  name: 'consecutiveFailures',
  isTest: false,
  isActive: () => true,
  judge: ({ rules, canary }) => {
    const [limit, observed] = [rules.consecutiveFailures, canary.longestErrorStreak]
    const shared = { rule: 'consecutiveFailures', limit, observed, n: canary.requestCount, needed: 1 } as const
    if (observed >= limit) {
      return {
        ...shared,
        state: 'fails',
        sentence: `${observed} requests failed one after the other, ${limit} are too many`,
      }
    }
    if (canary.requestCount === 0) return { ...shared, state: 'waits', sentence: 'waiting for the first request' }
    return { ...shared, state: 'passes', sentence: `at most ${observed} requests failed one after the other` }
  },
}
