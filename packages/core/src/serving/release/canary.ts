import { z } from 'zod'
import type { CanaryPolicy } from '../release-policy.ts'
import type { ArmFigures } from './arm-figures.ts'
import { capitalised } from './capitalised.ts'
import { judgeRules } from './judge-rules.ts'
import { type RuleOutcome, ruleOutcomeSchema, ruleSentences, waitingFor, withRuleName } from './rule-outcome.ts'
import { judgeNonInferiority } from './rules/metric-rule.ts'

export const CANARY_VERDICTS = ['wait', 'advance', 'promote', 'roll-back', 'pause'] as const

export const canaryJudgementSchema = z.object({
  verdict: z.enum(CANARY_VERDICTS),
  rules: z.array(ruleOutcomeSchema),
  reason: z.string(),
})
export type CanaryJudgement = z.infer<typeof canaryJudgementSchema>

/** Where a canary stands in its steps. */
export type CanaryStep = {
  /** Passing it promotes the canary. */
  readonly isLast: boolean
  readonly heldMs: number
  /** How long it is held at least, … */
  readonly holdMs: number
  /** … and at most: then a person decides. Without it there is no end. */
  readonly maximumHoldMs?: number
  /** Requests of the canary in this step. */
  readonly requestCount: number
}

export type CanaryQuestion = {
  readonly policy: Pick<CanaryPolicy, 'confidence' | 'minimumRequests' | 'promoteWhen' | 'rollbackWhen'>
  /** Of the stable version since the canary began, beside it: not of before. */
  readonly control: ArmFigures
  /** Since it began, all steps together: so that the chance of a false rollback is one for the whole release. */
  readonly canary: ArmFigures
  readonly step: CanaryStep
  /** Of the version's report of checks; undefined while there is none. */
  readonly checksPassed?: boolean
}

/**
 * What is to be done with a canary now.
 *
 * `roll-back` when a rule fails; `advance` (in the last step `promote`) when the step was held long enough, with enough requests, and every rule
 * passes; `pause` when it could not be decided in the longest hold; else `wait`. What a promotion requires is asked for in the last step only,
 * as labels come late and a small share brings few of them.
 *
 * May be asked every second: a canary within its limits is rolled back with a chance of at most 1 − confidence in its whole life.
 *
 * @example judgeCanary({ policy, control, canary, step: { isLast: false, heldMs: 60_000, holdMs: 30_000, requestCount: 400 } }).verdict
 */
export function judgeCanary(question: CanaryQuestion): CanaryJudgement {
  const { policy, control, canary, step } = question
  const required = requirements(question)
  // A requirement that is proven broken takes the canary back too, so it has its part of the allowed errors.
  const alpha = (1 - policy.confidence) / (required.some(({ rule }) => rule === 'nonInferior') ? 2 : 1)
  const guards = judgeRules({
    rules: policy.rollbackWhen,
    control,
    canary,
    alpha,
    minimumRequests: policy.minimumRequests,
    minimumLabels: policy.promoteWhen.minimumLabels,
  })
  const rules = [...guards, ...required]
  const failed = rules.filter(({ state }) => state === 'fails')
  if (failed.length > 0) return { verdict: 'roll-back', rules, reason: ruleSentences(failed) }
  const open = openOf(step, step.isLast ? rules : guards, policy.minimumRequests)
  if (open.length === 0) {
    const verdict = step.isLast ? 'promote' : 'advance'
    return { verdict, rules, reason: `Every rule passes, on ${canary.requestCount} requests.` }
  }
  const isOverdue = step.maximumHoldMs !== undefined && step.heldMs >= step.maximumHoldMs
  if (isOverdue) return { verdict: 'pause', rules, reason: `Not decided in the time it has: ${open.join('; ')}.` }
  return { verdict: 'wait', rules, reason: `${capitalised(open.join('; '))}.` }
}

function requirements({ policy, control, canary, checksPassed }: CanaryQuestion): RuleOutcome[] {
  const { nonInferior, margin, minimumLabels, checks } = policy.promoteWhen
  const outcomes: RuleOutcome[] = []
  if (nonInferior) {
    const alpha = (1 - policy.confidence) / 2
    outcomes.push(judgeNonInferiority({ metric: nonInferior, margin, control, canary, alpha, minimumLabels }))
  }
  if (checks) outcomes.push(checksOutcome(checksPassed))
  return outcomes
}

function checksOutcome(passed: boolean | undefined): RuleOutcome {
  const shared = { rule: 'checks', limit: 1, needed: 1 } as const
  if (passed === undefined) return { ...shared, state: 'waits', n: 0, sentence: 'waiting for the report of its checks' }
  if (passed) return { ...shared, state: 'passes', observed: 1, n: 1, sentence: 'every check passed' }
  return { ...shared, state: 'fails', observed: 0, n: 1, sentence: 'a check failed' }
}

/** What keeps a canary in its step. */
function openOf(step: CanaryStep, rules: readonly RuleOutcome[], minimumRequests: number): string[] {
  const open: string[] = []
  if (step.heldMs < step.holdMs) {
    open.push(`held ${Math.round(step.heldMs / 1000)} of ${Math.round(step.holdMs / 1000)} s`)
  }
  if (step.requestCount < minimumRequests) {
    open.push(waitingFor(step.requestCount, minimumRequests, 'requests in this step'))
  }
  const waiting = rules.filter(({ state }) => state === 'waits').map(withRuleName)
  return [...open, ...waiting]
}
