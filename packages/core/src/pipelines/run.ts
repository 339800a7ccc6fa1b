import { z } from 'zod'
import { digestSchema, ERROR_CODES, type ErrorBody, idSchema, nameSchema, timestampSchema } from '../kernel/index.ts'
import { catalogReadSchema } from './catalog.ts'
import { approvalSpecSchema, failurePolicySchema, pipelineGraphSchema } from './graph.ts'

/** `paused`: nothing can go on until a person has decided; it costs nothing. */
export const RUN_STATUSES = ['queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled'] as const
export const STEP_STATUSES = [
  'waiting',
  'queued',
  'running',
  'paused',
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
  /** A `folder` is a blob that lists its files: `{ files: [{ path, digest, sizeBytes }] }`. A `list` is one that lists artifacts: what a map made. */
  kind: z.enum(['value', 'table', 'file', 'folder', 'model', 'report', 'list']),
  digest: digestSchema,
  sizeBytes: z.number().int(),
  /** For `value` and `report`: the JSON itself. */
  value: z.unknown().optional(),
  /** For `table`. */
  rowCount: z.number().int().optional(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })).optional(),
  /** For `file`. */
  mediaType: z.string().optional(),
  /** For `folder`, how many files; for `list`, how many artifacts, all of `itemKind`. */
  count: z.number().int().optional(),
  itemKind: z.enum(['value', 'table', 'file', 'folder', 'model', 'report']).optional(),
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
  /** `at` is the time that it is for, or when its event came; `cause` says which: a time, `flights@4`, `delays@champion`, an alert, a webhook. */
  z.object({
    kind: z.literal('schedule'),
    schedule: z.string(),
    at: timestampSchema.optional(),
    cause: z.string().optional(),
  }),
  z.object({ kind: z.literal('backfill'), backfillId: idSchema('backfill'), index: z.number().int() }),
])
export type Trigger = z.infer<typeof triggerSchema>

export const attemptSchema = z.object({
  number: z.number().int().positive(),
  status: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled', 'lost']),
  queuedAt: timestampSchema,
  /** When a worker took it: from here to `startedAt` its inputs are fetched and its process made ready. */
  leasedAt: timestampSchema.optional(),
  startedAt: timestampSchema.optional(),
  finishedAt: timestampSchema.optional(),
  worker: z.string().optional(),
  /** Of a failure: whose fault it was, and so which of the two counts of retries it used. */
  cause: z.enum(['user', 'infrastructure']).optional(),
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

/** How far the attempts of a mapped step are. */
export const mapProgressSchema = z.object({
  total: z.number().int(),
  waiting: z.number().int(),
  running: z.number().int(),
  succeeded: z.number().int(),
  cached: z.number().int(),
  failed: z.number().int(),
  /** Milliseconds that finished elements took, in 20 equal slots up to `slowestMs`. */
  durations: z.array(z.number().int()),
  slowestMs: z.number(),
})
export type MapProgress = z.infer<typeof mapProgressSchema>

/** What a person has decided, or is to decide. */
export const approvalSchema = approvalSpecSchema.extend({
  isApproved: z.boolean().optional(),
  by: z.string().optional(),
  comment: z.string().optional(),
  decidedAt: timestampSchema.optional(),
})
export type Approval = z.infer<typeof approvalSchema>

export const stepRunSchema = z.object({
  id: idSchema('stepRun'),
  step: nameSchema,
  status: z.enum(STEP_STATUSES),
  attempts: z.array(attemptSchema),
  /** 0 to 1, where the step reports it. */
  progress: z.number().min(0).max(1).optional(),
  progressMessage: z.string().optional(),
  cache: cacheDecisionSchema.optional(),
  map: mapProgressSchema.optional(),
  approval: approvalSchema.optional(),
  inputs: z.record(z.string(), artifactSchema),
  outputs: z.record(z.string(), artifactSchema),
  startedAt: timestampSchema.optional(),
  finishedAt: timestampSchema.optional(),
  error: errorBodySchema.optional(),
})
export type StepRun = z.infer<typeof stepRunSchema>

/** Which steps of the graph a run is about. What these need and is not among them comes from the cache or the last run that made it. */
export const selectionSchema = z.object({
  /** These and everything that depends on them. */
  from: z.array(nameSchema).max(1_000).optional(),
  /** These and everything that they need. */
  to: z.array(nameSchema).max(1_000).optional(),
  /** Exactly these. */
  only: z.array(nameSchema).max(1_000).optional(),
  /** Those that have one of the tags. */
  tags: z.array(nameSchema).max(50).optional(),
})
export type Selection = z.infer<typeof selectionSchema>

export const runSummarySchema = z.object({
  id: idSchema('run'),
  pipeline: nameSchema,
  pipelineVersion: z.number().int(),
  /** Counts up per pipeline: `delays #42`. */
  number: z.number().int(),
  status: z.enum(RUN_STATUSES),
  params: z.record(z.string(), z.unknown()),
  trigger: triggerSchema,
  channel: nameSchema.optional(),
  /** The environment whose version it ran. */
  environment: nameSchema.optional(),
  selection: selectionSchema.optional(),
  onFailure: failurePolicySchema,
  /** The run whose finished steps it took over. */
  recoveredFrom: idSchema('run').optional(),
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
  /** What its catalog entries held when it began. */
  catalog: z.array(catalogReadSchema).optional(),
})
export type Run = z.infer<typeof runSchema>

export const logLineSchema = z.object({
  index: z.number().int(),
  step: nameSchema,
  /** Of a mapped step: which element. */
  item: z.number().int().optional(),
  attempt: z.number().int(),
  stream: z.enum(['stdout', 'stderr', 'system']),
  text: z.string(),
  at: timestampSchema,
})
export type LogLine = z.infer<typeof logLineSchema>

/** What a plan says of a step before anything runs. */
export const planStepSchema = z.object({
  step: nameSchema,
  /** `reused`: it is not selected, and what it made last is taken. `skipped`: its condition is false, or nobody asked for it. */
  action: z.enum(['run', 'cached', 'unknown', 'reused', 'skipped']),
  reason: z.string(),
  changed: z.array(z.object({ part: z.string(), before: z.string().optional(), now: z.string().optional() })),
})
export type PlanStep = z.infer<typeof planStepSchema>

/** One element of a mapped step. */
export const mapItemSchema = z.object({
  index: z.number().int(),
  /** The element in short: its value, its partition, or its rows. */
  label: z.string(),
  status: z.enum(STEP_STATUSES),
  attempts: z.array(attemptSchema),
  durationMs: z.number().optional(),
  outputs: z.record(z.string(), artifactSchema),
  error: errorBodySchema.optional(),
})
export type MapItem = z.infer<typeof mapItemSchema>

/** What a run may be started with beside its parameters. */
export const runOptionsSchema = z.object({
  version: z.number().int().positive().optional(),
  channel: nameSchema.optional(),
  environment: nameSchema.optional(),
  params: z.record(z.string(), z.unknown()).optional(),
  useCache: z.boolean().optional(),
  /** Steps that run although the cache has their outputs. */
  refresh: z.array(nameSchema).max(1_000).optional(),
  selection: selectionSchema.optional(),
  onFailure: failurePolicySchema.optional(),
  /** A run of the same version: its datasets, models and catalog contents are taken instead of what they are now. */
  dataOf: idSchema('run').optional(),
  trigger: triggerSchema.optional(),
})
export type RunOptions = z.infer<typeof runOptionsSchema>
