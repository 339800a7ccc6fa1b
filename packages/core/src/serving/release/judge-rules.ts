import type { RollbackRules } from '../release-policy.ts'
import type { ArmFigures } from './arm-figures.ts'
import type { RuleOutcome } from './rule-outcome.ts'
import { ROLLBACK_RULES } from './rules/index.ts'

export type RuleQuestion = {
  readonly rules: RollbackRules
  readonly control: ArmFigures
  readonly canary: ArmFigures
  /** The chance that any rule fails, at any time at all, while the version is within every limit. */
  readonly alpha: number
  readonly minimumRequests: number
  readonly minimumLabels: number
}

/**
 * What the rollback rules say of a version beside the stable one: of a canary, an arm of an experiment or of a bandit.
 *
 * May be asked as often as one likes: the tests among the rules share `alpha` equally, and each holds its part at all times together.
 * The figures are those since the release began, not of the last minutes: bounds that are valid at all times need the whole story.
 *
 * @returns One outcome for each active rule; the version is to be taken back when one `fails`.
 */
export function judgeRules({ rules, alpha, ...question }: RuleQuestion): RuleOutcome[] {
  const active = ROLLBACK_RULES.filter((rule) => rule.isActive(rules))
  const tests = active.filter((rule) => rule.isTest).length
  return active.map((rule) => rule.judge({ ...question, rules, alpha: alpha / Math.max(1, tests) }))
}
