import { z } from 'zod'
import { intervalSchema } from '../evaluation/index.ts'
import { idSchema, nameSchema, timestampSchema } from '../kernel/index.ts'

/** `delays@champion`, `delays@challenger` or `delays@3`: a registered model and an alias or version of it. */
export const modelRefSchema = z
  .string()
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]*@[a-zA-Z0-9][a-zA-Z0-9._-]*$/, 'expected MODEL@ALIAS or MODEL@VERSION')

/** When a version in shadow takes over: the lower bound of (its AUC − the champion's) on the same labelled rows must be above `minimumDifference`. */
export const promotionRuleSchema = z.strictObject({
  minimumDifference: z.number().default(-0.002),
  confidence: z.number().min(0.5).max(0.999).default(0.95),
  /** No decision before so many labelled pairs. */
  minimumPairs: z.number().int().min(50).default(2000),
  /** Refused when this many pairs have not been enough to pass. */
  maximumPairs: z.number().int().default(20_000),
  /** Promote by itself, or only recommend and wait for a person. */
  automatic: z.boolean().default(true),
})
export type PromotionRule = z.infer<typeof promotionRuleSchema>

/** An endpoint as code. It follows the aliases that it names: moving an alias changes what serves. */
export const endpointSpecSchema = z.strictObject({
  name: nameSchema,
  stable: modelRefSchema,
  shadow: z.strictObject({ model: modelRefSchema, rule: promotionRuleSchema.prefault({}) }).optional(),
  description: z.string().max(2000).default(''),
})
export type EndpointSpec = z.infer<typeof endpointSpecSchema>

export const DEPLOYMENT_STATES = ['loading', 'ready', 'failed', 'draining'] as const

export const deploymentSchema = z.object({
  model: nameSchema,
  version: z.number().int(),
  role: z.enum(['stable', 'shadow', 'previous']),
  state: z.enum(DEPLOYMENT_STATES),
  since: timestampSchema,
  error: z.string().optional(),
})
export type Deployment = z.infer<typeof deploymentSchema>

/** What an endpoint did in a span of wall-clock time, by version. Latency is measured in the gateway, from request to reply. */
export const trafficSchema = z.object({
  version: z.number().int(),
  role: z.enum(['stable', 'shadow', 'previous']),
  requestCount: z.number().int(),
  predictionCount: z.number().int(),
  errorCount: z.number().int(),
  requestsPerSecond: z.number(),
  p50Ms: z.number().optional(),
  p95Ms: z.number().optional(),
  p99Ms: z.number().optional(),
})
export type Traffic = z.infer<typeof trafficSchema>

/** Champion and shadow on the same predictions. */
export const shadowComparisonSchema = z.object({
  championVersion: z.number().int(),
  challengerVersion: z.number().int(),
  startedAt: timestampSchema,
  /** Predictions that both answered. */
  pairCount: z.number().int(),
  /** Of these, labelled and after the days that either was trained on. */
  labelledPairCount: z.number().int(),
  /** Share of pairs with the same predicted class. */
  agreement: z.number().optional(),
  meanAbsoluteDifference: z.number().optional(),
  championAuc: z.number().optional(),
  challengerAuc: z.number().optional(),
  difference: z.number().optional(),
  interval: intervalSchema.optional(),
  rule: promotionRuleSchema,
  verdict: z.enum(['waiting', 'promote', 'refuse']),
  reason: z.string(),
})
export type ShadowComparison = z.infer<typeof shadowComparisonSchema>

export const decisionSchema = z.object({
  id: idSchema('decision'),
  endpoint: nameSchema,
  kind: z.enum(['created', 'deployed', 'shadow-started', 'promoted', 'refused', 'rolled-back']),
  fromVersion: z.number().int().optional(),
  toVersion: z.number().int().optional(),
  by: z.string(),
  reason: z.string(),
  /** The figures on which it was taken. */
  comparison: shadowComparisonSchema.optional(),
  /** Event time of the endpoint when it was taken. */
  eventTime: timestampSchema.optional(),
  at: timestampSchema,
})
export type Decision = z.infer<typeof decisionSchema>

export const endpointSchema = z.object({
  spec: endpointSpecSchema,
  deployments: z.array(deploymentSchema),
  /** Version that `rollback` would bring back. */
  rollbackVersion: z.number().int().optional(),
  traffic: z.array(trafficSchema),
  predictionCount: z.number().int(),
  labelCount: z.number().int(),
  errorCount: z.number().int(),
  /** Event time that its predictions have reached: replays and live traffic alike move it, a few odd ones do not. */
  watermark: timestampSchema.optional(),
  comparison: shadowComparisonSchema.optional(),
  createdAt: timestampSchema,
})
export type Endpoint = z.infer<typeof endpointSchema>
