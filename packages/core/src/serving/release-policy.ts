import { z } from 'zod'
import { durationSchema } from '../kernel/index.ts'
import { modelRefSchema } from './model-ref.ts'

/** The ways to release a version beside the stable one. */
export const RELEASE_KINDS = ['shadow', 'canary', 'experiment', 'bandit'] as const
export type ReleaseKind = (typeof RELEASE_KINDS)[number]

/** Metrics that are a mean over labelled predictions … */
export const MEAN_METRICS = ['accuracy', 'brier', 'logLoss', 'absoluteError', 'squaredError', 'reward'] as const
export type MeanMetric = (typeof MEAN_METRICS)[number]
/** … and those of a classifier that come from what was and what was predicted, all predictions together. */
export const CONFUSION_METRICS = ['macroF1', 'balancedAccuracy'] as const
export type ConfusionMetric = (typeof CONFUSION_METRICS)[number]

/** What a release can be judged by, once what really happened is known: each has an interval at any time. */
export const RELEASE_METRICS = [...MEAN_METRICS, ...CONFUSION_METRICS] as const
export const releaseMetricSchema = z.enum(RELEASE_METRICS)
export type ReleaseMetric = z.infer<typeof releaseMetricSchema>

/**
 * When a version is taken back. A rule that is absent is not looked at; those with a default guard every release.
 * Rules are looked at all the time, so each is judged by a bound that stays valid under that.
 */
export const rollbackRulesSchema = z.strictObject({
  /** The share of its requests that fail, at most. */
  errorRate: z.number().min(0).max(1).optional(),
  /** By how much that share may be above the stable version's in the same time. */
  errorRateIncrease: z.number().min(0).max(1).default(0.01),
  /** Its 99th percentile of latency, at most. */
  p99Ms: z.number().positive().optional(),
  /** By which fraction its latencies may be above the stable version's (Mann-Whitney): 0.5 allows half as much again. */
  latencyIncrease: z.number().positive().default(0.5),
  /** Population stability index between its scores and the stable version's, at most. */
  scoreShift: z.number().positive().default(0.25),
  /** Answers that are no numbers, at most. */
  invalidAnswers: z.number().int().min(0).default(0),
  /** So many failed requests one after the other. */
  consecutiveFailures: z.number().int().min(2).default(5),
  /** By how much the metric on labelled predictions may be worse than the stable version's. */
  metric: z.strictObject({ name: releaseMetricSchema, worseBy: z.number().min(0) }).optional(),
})
export type RollbackRules = z.infer<typeof rollbackRulesSchema>

export const promotionRequirementsSchema = z.strictObject({
  /** Not worse than the stable version by more than the margin, with the confidence of the release. */
  nonInferior: releaseMetricSchema.optional(),
  margin: z.number().min(0).default(0.01),
  /** No word about the metric before so many labelled predictions of each version. */
  minimumLabels: z.number().int().min(1).default(200),
  /** Its report of checks must be there, with every check passed. */
  checks: z.boolean().default(false),
})
export type PromotionRequirements = z.infer<typeof promotionRequirementsSchema>

/** The column whose value keeps an entity at one version; without one each request is drawn anew. */
const stickySchema = z.string().min(1).max(200).optional()

/** A growing share of the requests goes to the new version, one step after the other, as long as no rule speaks against it. */
export const canaryPolicySchema = z.strictObject({
  model: modelRefSchema,
  /** Percent of the traffic, rising. After the last one it is promoted. */
  steps: z
    .array(z.number().positive().max(100))
    .min(1)
    .max(20)
    .refine((steps) => steps.every((step, i) => i === 0 || step > steps[i - 1]!), 'steps must rise')
    .default([1, 5, 25, 50]),
  /** How long each step is held, at least. */
  every: durationSchema.default('30m'),
  /** What could not be decided in a step by then is paused, for a person to look at. */
  holdAtMost: durationSchema.default('7d'),
  /** How many requests the canary must have answered in a step before the next. */
  minimumRequests: z.number().int().min(1).default(200),
  sticky: stickySchema,
  confidence: z.number().min(0.5).max(0.9999).default(0.95),
  promoteWhen: promotionRequirementsSchema.prefault({}),
  rollbackWhen: rollbackRulesSchema.prefault({}),
  /** Take the steps and promote by itself, or stop before each and wait for a person. It always rolls back by itself. */
  automatic: z.boolean().default(true),
})
export type CanaryPolicy = z.infer<typeof canaryPolicySchema>

/** A/B: fixed shares, until the metric tells the versions apart. The stable version is the control. */
export const experimentPolicySchema = z.strictObject({
  arms: z
    .array(z.strictObject({ model: modelRefSchema, share: z.number().positive().max(1) }))
    .min(1)
    .max(9)
    .refine(
      (arms) => arms.reduce((sum, { share }) => sum + share, 0) < 1,
      'shares must leave something to the control',
    ),
  sticky: stickySchema,
  metric: releaseMetricSchema,
  /** `sequential` may be looked at all the time; `fixed` says nothing before its planned size. */
  method: z.enum(['sequential', 'fixed']).default('sequential'),
  /** The false alarm rate. */
  alpha: z.number().min(0.0001).max(0.5).default(0.05),
  power: z.number().min(0.5).max(0.999).default(0.8),
  /** The difference of the metric that is worth finding. */
  minimumEffect: z.number().positive(),
  /** Labelled predictions of each arm; computed from effect, alpha and power where absent. */
  plannedPerArm: z.number().int().min(50).optional(),
  rollbackWhen: rollbackRulesSchema.prefault({}),
  /** Promote the winner by itself, or recommend it to a person. */
  automatic: z.boolean().default(false),
})
export type ExperimentPolicy = z.infer<typeof experimentPolicySchema>

/** Shares that follow what is learnt: more traffic for what earns more. Rewards come by prediction id, whenever they are known. */
export const banditPolicySchema = z.strictObject({
  arms: z
    .array(z.strictObject({ model: modelRefSchema }))
    .min(1)
    .max(9),
  algorithm: z.enum(['thompson', 'ucb1', 'epsilon-greedy']).default('thompson'),
  /** `accuracy` counts a right label as 1; `reward` takes what is pushed. */
  metric: z.enum(['reward', 'accuracy']).default('reward'),
  sticky: stickySchema,
  /** How often shares are computed anew. */
  every: durationSchema.default('1m'),
  /** No arm gets less, so that it can recover. */
  minimumShare: z.number().min(0).max(0.5).default(0.05),
  epsilon: z.number().min(0).max(1).default(0.1),
  /** What has not come by then never comes: it counts as nothing, or as 0. */
  rewardWindow: durationSchema.default('1d'),
  missingReward: z.enum(['ignore', 'zero']).default('ignore'),
  /** Weight of what was learnt before, an update: below 1 it forgets, for rewards that change with time. */
  discount: z.number().min(0.5).max(1).default(1),
  /** The best arm is promoted (or recommended) when it is best with this probability and … */
  stopAt: z.number().min(0.5).max(0.9999).default(0.99),
  /** … choosing it would cost no more than this, in units of the reward. */
  maximumExpectedLoss: z.number().positive().default(0.001),
  minimumRewards: z.number().int().min(1).default(200),
  rollbackWhen: rollbackRulesSchema.prefault({}),
  automatic: z.boolean().default(false),
})
export type BanditPolicy = z.infer<typeof banditPolicySchema>
