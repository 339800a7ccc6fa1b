import { z } from 'zod'
import { intervalSchema } from '../../evaluation/index.ts'
import type { ConfidenceInterval } from '../../statistics/index.ts'
import { capitalised } from './capitalised.ts'

export const RELEASE_RULES = [
  'errorRate',
  'errorRateIncrease',
  'p99Ms',
  'latencyIncrease',
  'scoreShift',
  'invalidAnswers',
  'consecutiveFailures',
  'metric',
  'nonInferior',
  'checks',
] as const
export const releaseRuleSchema = z.enum(RELEASE_RULES)
export type ReleaseRule = z.infer<typeof releaseRuleSchema>

/** What a rule of a release says at a moment, with the figures on which it says so. */
export const ruleOutcomeSchema = z.object({
  rule: releaseRuleSchema,
  /** `fails` is proven, at the confidence of the release; `waits` says neither. */
  state: z.enum(['passes', 'fails', 'waits']),
  limit: z.number(),
  observed: z.number().optional(),
  /** Holds the truth at all times together; absent before there is enough to say. */
  interval: intervalSchema.optional(),
  /** Requests, scores or labels of the version that is judged … */
  n: z.number(),
  /** … and how many it takes to pass. */
  needed: z.number(),
  sentence: z.string(),
})
export type RuleOutcome = z.infer<typeof ruleOutcomeSchema>

const WAITING = 'waiting'

/** What a rule says, with its name, to stand in a sentence: `rule latencyIncrease waits: 40 of 50 requests of each version`. */
export const withRuleName = ({ rule, state, sentence }: Pick<RuleOutcome, 'rule' | 'state' | 'sentence'>): string =>
  sentence.startsWith(WAITING)
    ? `rule ${rule} waits${sentence.slice(WAITING.length)}`
    : `rule ${rule} ${state}: ${sentence}`

/** What several rules say, a sentence each. */
export const ruleSentences = (outcomes: readonly RuleOutcome[]): string =>
  outcomes.map((outcome) => `${capitalised(withRuleName(outcome))}.`).join(' ')

/** An interval as JSON can hold it: absent while it is unbounded. */
export const boundedInterval = ({ lower, upper, confidence }: ConfidenceInterval): { interval?: ConfidenceInterval } =>
  Number.isFinite(lower) && Number.isFinite(upper) ? { interval: { lower, upper, confidence } } : {}

/** 0.0123 as `1.23 %`. */
export const percent = (fraction: number): string => `${short(fraction * 100)} %`

/** A number with three significant digits and no exponent where that is readable. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  return Math.abs(value) >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)))
}

/** `waiting: 37 of 200 requests` */
export const waitingFor = (n: number, needed: number, what: string): string => `waiting: ${n} of ${needed} ${what}`
