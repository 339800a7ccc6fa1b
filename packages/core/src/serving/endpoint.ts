import { z } from 'zod'
import { nameSchema, timestampSchema } from '../kernel/index.ts'
import { type Composition, compositionSchema } from '../models/index.ts'
import { errorBodySchema } from '../pipelines/index.ts'
import { fallbackSchema, servingLimitsSchema } from './answering.ts'
import { executionSchema } from './execution.ts'
import { modelRefSchema } from './model-ref.ts'
import { releaseSchema } from './release.ts'
import { banditPolicySchema, canaryPolicySchema, experimentPolicySchema, RELEASE_KINDS } from './release-policy.ts'
import { shadowComparisonSchema, shadowPolicySchema } from './shadow.ts'

const endpointFieldsSchema = z.strictObject({
  name: nameSchema,
  description: z.string().max(2000).default(''),
  /** The version that answers. */
  stable: modelRefSchema.optional(),
  /** Asks other endpoints instead. The composition itself is a version then, registered under the endpoint's name: `stable` says which. */
  compose: compositionSchema.optional(),
  shadow: shadowPolicySchema.optional(),
  canary: canaryPolicySchema.optional(),
  experiment: experimentPolicySchema.optional(),
  bandit: banditPolicySchema.optional(),
  fallback: fallbackSchema.optional(),
  /** Where the most probable class is less probable than this, the label is "undecided". */
  abstainBelow: z.number().min(0).max(1).optional(),
  /** Each answer lists so many classes, the most probable first, for a person to choose. */
  topK: z.number().int().min(2).max(100).optional(),
  /** Answers computed before, by the value of a column; what is not among them is computed. */
  precomputed: z.strictObject({ key: z.string().min(1), scores: z.string().min(1) }).optional(),
  limits: servingLimitsSchema.prefault({}),
})

/** An endpoint as code. It follows the aliases that it names: moving an alias changes what serves. */
export const endpointSpecSchema = endpointFieldsSchema
  .refine(({ name, stable, compose }) => (compose ? (stable ?? `${name}@`).startsWith(`${name}@`) : stable), {
    error: 'an endpoint either serves a model ("stable") or asks others ("compose")',
    path: ['stable'],
  })
  .refine((spec) => RELEASE_KINDS.filter((kind) => spec[kind]).length <= 1, {
    error: 'one release at a time: "shadow", "canary", "experiment" or "bandit"',
  })
  .refine((spec) => spec.compose === undefined || !RELEASE_KINDS.some((kind) => spec[kind]), {
    error: 'a composition has no release of its own: release its members',
    path: ['compose'],
  })
export type EndpointSpec = z.infer<typeof endpointSpecSchema>
/** As a person writes it: what has a default may be left out. */
export type EndpointSpecInput = z.input<typeof endpointSpecSchema>

/** An endpoint that serves versions of one registered model. */
export type ServedEndpointSpec = EndpointSpec & { readonly stable: string }
/** An endpoint that asks others. */
export type ComposedEndpointSpec = EndpointSpec & { readonly compose: Composition }

export const servesModel = (spec: EndpointSpec): spec is ServedEndpointSpec => spec.stable !== undefined
export const isComposed = (spec: EndpointSpec): spec is ComposedEndpointSpec => spec.compose !== undefined

/** What a version does in an endpoint: only those with a share answer requests; a shadow is asked and never answered from. */
export const DEPLOYMENT_ROLES = ['stable', 'shadow', 'canary', 'arm', 'fallback', 'previous'] as const
export const deploymentRoleSchema = z.enum(DEPLOYMENT_ROLES)
export type DeploymentRole = (typeof DEPLOYMENT_ROLES)[number]

export const DEPLOYMENT_STATES = ['loading', 'ready', 'failed', 'draining'] as const

export const deploymentSchema = z.object({
  model: nameSchema,
  version: z.number().int(),
  role: deploymentRoleSchema,
  /** Of the traffic, from 0 to 1. */
  share: z.number().min(0).max(1).optional(),
  state: z.enum(DEPLOYMENT_STATES),
  since: timestampSchema,
  error: z.string().optional(),
  ...executionSchema.shape,
})
export type Deployment = z.infer<typeof deploymentSchema>

/** What an endpoint did in a span of wall-clock time, by version. Latency is measured in the gateway, from request to reply. */
export const trafficSchema = z.object({
  version: z.number().int(),
  role: deploymentRoleSchema,
  requestCount: z.number().int(),
  predictionCount: z.number().int(),
  errorCount: z.number().int(),
  requestsPerSecond: z.number(),
  p50Ms: z.number().optional(),
  p95Ms: z.number().optional(),
  p99Ms: z.number().optional(),
})
export type Traffic = z.infer<typeof trafficSchema>

export const endpointSchema = z.object({
  spec: endpointSpecSchema,
  deployments: z.array(deploymentSchema),
  /** Taken out of service, also over restarts, until it is put back. */
  isUnloaded: z.boolean().optional(),
  /** Version that `rollback` would bring back. */
  rollbackVersion: z.number().int().optional(),
  traffic: z.array(trafficSchema),
  predictionCount: z.number().int(),
  labelCount: z.number().int(),
  errorCount: z.number().int(),
  /** Requests that the fallback answered since the server began, because the version was late or failed. */
  fallback: z.object({ lateCount: z.number().int(), failedCount: z.number().int() }).optional(),
  /** Processes that answer beside the first one, and the requests that each of them took since it began. */
  processes: z.array(z.object({ pid: z.number().int(), requestCount: z.number().int() })).optional(),
  /** Event time that its predictions have reached: replays and live traffic alike move it, a few odd ones do not. */
  watermark: timestampSchema.optional(),
  comparison: shadowComparisonSchema.optional(),
  /** The canary, experiment or bandit that runs. */
  release: releaseSchema.optional(),
  createdAt: timestampSchema,
})
export type Endpoint = z.infer<typeof endpointSchema>

/** What applying a spec would change: fields by their path, such as `canary.steps`, with what stands there before and after. */
export const endpointPlanSchema = z.object({
  name: nameSchema,
  action: z.enum(['create', 'change', 'keep']),
  fields: z.array(z.object({ field: z.string(), before: z.unknown().optional(), after: z.unknown().optional() })),
  /** Why it would be refused, as far as that can be told without doing it. */
  refusal: errorBodySchema.optional(),
})
export type EndpointPlan = z.infer<typeof endpointPlanSchema>

/** Every model that an endpoint names, each once. */
export function modelRefsOf(spec: EndpointSpec): readonly string[] {
  const { stable, shadow, canary, experiment, bandit, fallback } = spec
  const arms = [...(experiment?.arms ?? []), ...(bandit?.arms ?? [])].map(({ model }) => model)
  const fallbackModel = fallback && 'model' in fallback ? fallback.model : undefined
  const named = [stable, shadow?.model, canary?.model, ...arms, fallbackModel]
  return [...new Set(named.filter((ref) => ref !== undefined))]
}
