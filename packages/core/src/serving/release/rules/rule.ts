import type { RollbackRules } from '../../release-policy.ts'
import type { ArmFigures } from '../arm-figures.ts'
import type { ReleaseRule, RuleOutcome } from '../rule-outcome.ts'

/** What a rule is judged on. */
export type RuleContext = {
  readonly rules: RollbackRules
  /** The stable version in the same time, … */
  readonly control: ArmFigures
  /** … and the version that is judged. */
  readonly canary: ArmFigures
  /** The chance that this rule fails, at any time at all, while the version is within its limit. */
  readonly alpha: number
  readonly minimumRequests: number
  readonly minimumLabels: number
}

/** A rule that takes a version back. A new one is a file and a line in the list. */
export type RollbackRule = {
  readonly name: ReleaseRule
  /** Whether it is a test that errs now and then, and so gets a part of the allowed errors; a count does not err. */
  readonly isTest: boolean
  readonly isActive: (rules: RollbackRules) => boolean
  readonly judge: (context: RuleContext) => RuleOutcome
}
