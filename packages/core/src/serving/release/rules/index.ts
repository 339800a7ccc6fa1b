import { consecutiveFailures, invalidAnswers } from './counted-rules.ts'
import { errorRate, errorRateIncrease } from './error-rules.ts'
import { latencyIncrease, p99 } from './latency-rules.ts'
import { metric } from './metric-rule.ts'
import type { RollbackRule } from './rule.ts'
import { scoreShift } from './score-rule.ts'

/** Every rule that takes a version back, in the order in which it is shown. */
export const ROLLBACK_RULES: readonly RollbackRule[] = [
  consecutiveFailures,
  invalidAnswers,
  errorRate,
  errorRateIncrease,
  p99,
  latencyIncrease,
  scoreShift,
  metric,
]
