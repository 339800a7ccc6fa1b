import { z } from 'zod'
import { intervalSchema } from '../evaluation/index.ts'
import { idSchema, nameSchema, timestampSchema } from '../kernel/index.ts'
import { modelRefSchema } from './model-ref.ts'
import {
  banditArmStateSchema,
  banditStateSchema,
  experimentAnalysisSchema,
  ruleOutcomeSchema,
} from './release/index.ts'
import {
  banditPolicySchema,
  canaryPolicySchema,
  experimentPolicySchema,
  RELEASE_KINDS,
  releaseMetricSchema,
} from './release-policy.ts'
import { shadowComparisonSchema, shadowPolicySchema } from './shadow.ts'

/** `running`, `paused` and `recommended` (it waits for a person) go on; the others have ended. */
export const RELEASE_STATES = [
  'running',
  'paused',
  'recommended',
  'promoted',
  'refused',
  'rolled-back',
  'stopped',
] as const
export const releaseStateSchema = z.enum(RELEASE_STATES)
export type ReleaseState = z.infer<typeof releaseStateSchema>

/** Whether a release in this state still goes on. */
export const isOpenRelease = (state: ReleaseState): boolean =>
  state === 'running' || state === 'paused' || state === 'recommended'

/** A metric over the labelled predictions of a version, with a 95 % interval of its mean. */
export const armMetricSchema = z.object({
  name: releaseMetricSchema,
  n: z.number(),
  mean: z.number(),
  interval: intervalSchema.optional(),
})
export type ArmMetric = z.infer<typeof armMetricSchema>

/** A version in a release, and what it did since the release began. */
export const releaseArmSchema = z.object({
  version: z.number().int(),
  /** How the policy names it. */
  model: modelRefSchema,
  role: z.enum(['stable', 'shadow', 'canary', 'arm']),
  /** Of the traffic now, from 0 to 1. */
  share: z.number(),
  requestCount: z.number(),
  /** Requests that failed through the version's own fault. Callers had their answers from the stable version. */
  errorCount: z.number(),
  errorRate: z.number().optional(),
  /** Answers that were no numbers. */
  invalidCount: z.number(),
  p50Ms: z.number().optional(),
  p95Ms: z.number().optional(),
  p99Ms: z.number().optional(),
  meanScore: z.number().optional(),
  /** Its scores by bin; the stable version's bins are the same. */
  scores: z.object({ edges: z.array(z.number()), counts: z.array(z.number()) }).optional(),
  metrics: z.array(armMetricSchema),
  /** Why it shares no traffic though it should. */
  failure: z.string().optional(),
})
export type ReleaseArm = z.infer<typeof releaseArmSchema>

/** Where a canary stands in its steps. */
export const releaseStepSchema = z.object({
  /** From 1. */
  place: z.number().int(),
  of: z.number().int(),
  /** Of the traffic, from 0 to 100. */
  percent: z.number(),
  since: timestampSchema,
  /** Not before. */
  until: timestampSchema,
  /** Of the canary in this step. */
  requestCount: z.number(),
  neededCount: z.number(),
})
export type ReleaseStep = z.infer<typeof releaseStepSchema>

/** A bandit with what its shares were, oldest first. */
export const releaseBanditSchema = banditStateSchema.extend({
  updatedAt: timestampSchema,
  history: z.array(
    z.object({
      at: timestampSchema,
      arms: z.array(banditArmStateSchema.pick({ version: true, share: true, probabilityBest: true })),
    }),
  ),
})
export type ReleaseBandit = z.infer<typeof releaseBanditSchema>

const policySchema = z.union([shadowPolicySchema, canaryPolicySchema, experimentPolicySchema, banditPolicySchema])
export type ReleasePolicy = z.infer<typeof policySchema>

/** A version, or several, on the way to serve: in shadow, as a canary, in an experiment or a bandit, running or ended. */
export const releaseSchema = z.object({
  id: idSchema('release'),
  endpoint: nameSchema,
  kind: z.enum(RELEASE_KINDS),
  state: releaseStateSchema,
  policy: policySchema,
  startedAt: timestampSchema,
  endedAt: timestampSchema.optional(),
  stableVersion: z.number().int(),
  /** The stable version first. */
  arms: z.array(releaseArmSchema),
  /** Of a canary. */
  step: releaseStepSchema.optional(),
  /** Of a canary. */
  rules: z.array(ruleOutcomeSchema),
  /** Of an experiment. */
  analysis: experimentAnalysisSchema.optional(),
  /** Of a bandit. */
  bandit: releaseBanditSchema.optional(),
  /** Of a version in shadow: with the champion on the same predictions, as of now or of its end. */
  comparison: shadowComparisonSchema.optional(),
  /** The version that should serve, once that is known. */
  winner: z.number().int().optional(),
  /** What the last look said: `wait`, `advance`, `promote`, `roll-back`, `pause`; of a shadow, experiment or bandit its own verdict. */
  verdict: z.string(),
  reason: z.string(),
})
export type Release = z.infer<typeof releaseSchema>

/** What a decision about a release was taken on. */
export const releaseFiguresSchema = releaseSchema.pick({
  id: true,
  kind: true,
  arms: true,
  step: true,
  rules: true,
  analysis: true,
  bandit: true,
})
export type ReleaseFigures = z.infer<typeof releaseFiguresSchema>
