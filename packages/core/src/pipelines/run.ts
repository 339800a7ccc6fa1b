import { z } from 'zod'
import { digestSchema, ERROR_CODES, type ErrorBody, idSchema, nameSchema, timestampSchema } from '../kernel/index.ts'
import { pipelineGraphSchema } from './graph.ts'

export const RUN_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const
export const STEP_STATUSES = [
  'waiting',
  'queued',
  'running',
  'succeeded',
  'cached',
  'skipped',
  'failed',
  'cancelled',
] as const
export type RunStatus = (typeof RUN_STATUSES)[number]
export type StepStatus = (typeof STEP_STATUSES)[number]

export const errorBodySchema: z.ZodType<ErrorBody> = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  hint: z.string().optional(),
  where: z.string().optional(),
  data: z.record(z.string(), z.json()).optional(),
  stack: z.string().optional(),
}) as z.ZodType<ErrorBody>

/** What a run made on one port: JSON inline for `value`, else a blob. */
export const artifactSchema = z.object({
  kind: z.enum(['value', 'table', 'file', 'model', 'report']),
  digest: digestSchema,
  sizeBytes: z.number().int(),
  /** For `value` and `report`: the JSON itself. */
  value: z.unknown().optional(),
  /** For `table`. */
  rowCount: z.number().int().optional(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })).optional(),
})
export type Artifact = z.infer<typeof artifactSchema>

export const pipelineVersionSchema = z.object({
  pipeline: nameSchema,
  version: z.number().int().positive(),
  /** Digest of graph and code together: an unchanged pipeline keeps its version. */
  digest: digestSchema,
  bundleDigest: digestSchema,
  graph: pipelineGraphSchema,
  projectDir: z.string(),
  createdAt: timestampSchema,
})
export type PipelineVersion = z.infer<typeof pipelineVersionSchema>

export const triggerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('person'), by: z.string() }),
  z.object({ kind: z.literal('alert'), alertId: idSchema('alert'), monitor: nameSchema }),
  z.object({ kind: z.literal('schedule'), schedule: z.string() }),
])
export type Trigger = z.infer<typeof triggerSchema>

export const attemptSchema = z.object({
  number: z.number().int().positive(),
  status: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled', 'lost']),
  queuedAt: timestampSchema,
  startedAt: timestampSchema.optional(),
  finishedAt: timestampSchema.optional(),
  worker: z.string().optional(),
  error: errorBodySchema.optional(),
})
export type Attempt = z.infer<typeof attemptSchema>

/** Why a step ran or did not: the parts of its cache key, and which of them differ from the last run of this step. */
export const cacheDecisionSchema = z.object({
  key: digestSchema,
  hit: z.boolean(),
  /** The run whose outputs were taken. */
  sourceRunId: idSchema('run').optional(),
  parts: z.record(z.string(), z.string()),
  changed: z.array(z.object({ part: z.string(), before: z.string().optional(), now: z.string().optional() })),
  reason: z.string(),
})
export type CacheDecision = z.infer<typeof cacheDecisionSchema>

export const stepRunSchema = z.object({
  id: idSchema('stepRun'),
  step: nameSchema,
  status: z.enum(STEP_STATUSES),
  attempts: z.array(attemptSchema),
  /** 0 to 1, where the step reports it. */
  progress: z.number().min(0).max(1).optional(),
  progressMessage: z.string().optional(),
  cache: cacheDecisionSchema.optional(),
  inputs: z.record(z.string(), artifactSchema),
  outputs: z.record(z.string(), artifactSchema),
  startedAt: timestampSchema.optional(),
  finishedAt: timestampSchema.optional(),
  error: errorBodySchema.optional(),
})
export type StepRun = z.infer<typeof stepRunSchema>

export const runSummarySchema = z.object({
  id: idSchema('run'),
  pipeline: nameSchema,
  pipelineVersion: z.number().int(),
  /** Counts up per pipeline: `delays #42`. */
  number: z.number().int(),
  status: z.enum(RUN_STATUSES),
  params: z.record(z.string(), z.unknown()),
  trigger: triggerSchema,
  stepCount: z.number().int(),
  finishedStepCount: z.number().int(),
  cachedStepCount: z.number().int(),
  /** Last value of each metric. */
  metrics: z.record(z.string(), z.number()),
  createdAt: timestampSchema,
  startedAt: timestampSchema.optional(),
  finishedAt: timestampSchema.optional(),
  error: errorBodySchema.optional(),
})
export type RunSummary = z.infer<typeof runSummarySchema>

export const runSchema = runSummarySchema.extend({
  graph: pipelineGraphSchema,
  steps: z.array(stepRunSchema),
  datasets: z.array(z.object({ name: nameSchema, version: z.number().int() })),
})
export type Run = z.infer<typeof runSchema>

export const logLineSchema = z.object({
  index: z.number().int(),
  step: nameSchema,
  attempt: z.number().int(),
  stream: z.enum(['stdout', 'stderr', 'system']),
  text: z.string(),
  at: timestampSchema,
})
export type LogLine = z.infer<typeof logLineSchema>

/** What a plan says of a step before anything runs. */
export const planStepSchema = z.object({
  step: nameSchema,
  action: z.enum(['run', 'cached', 'unknown']),
  reason: z.string(),
  changed: z.array(z.object({ part: z.string(), before: z.string().optional(), now: z.string().optional() })),
})
export type PlanStep = z.infer<typeof planStepSchema>
