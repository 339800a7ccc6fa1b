import { z } from 'zod'
import { nameSchema, timestampSchema } from '../kernel/index.ts'
import { experimentIdSchema, LIFECYCLES, tagsSchema } from './experiment.ts'
import { TRACKING_LIMITS } from './limits.ts'
import { loggedNumberSchema } from './logged-number.ts'

export const TRACKED_STATUSES = ['scheduled', 'running', 'succeeded', 'failed', 'cancelled'] as const
export type TrackedStatus = (typeof TRACKED_STATUSES)[number]

/** Who wrote a run: `track()`, a client of MLflow, a pipeline of this server, or an import. */
export const RUN_SOURCES = ['track', 'mlflow', 'pipeline', 'import'] as const
export type RunSource = (typeof RUN_SOURCES)[number]

/** Any client may choose it, so that a create that is repeated makes one run. */
export const trackedRunIdSchema = z.string().regex(/^[a-zA-Z0-9][\w-]{0,255}$/, 'expected the id of a run')

/** A metric's value that counts: that of the greatest step, then time, then value. */
export const latestMetricSchema = z.object({
  key: z.string(),
  value: loggedNumberSchema,
  step: z.number().int(),
  at: timestampSchema,
})
export type LatestMetric = z.infer<typeof latestMetricSchema>

/** Where a run of a pipeline, or one of its steps, stands. */
export const pipelineOriginSchema = z.object({
  runId: z.string(),
  pipeline: nameSchema,
  number: z.number().int(),
  step: nameSchema.optional(),
})

export const trackedRunSchema = z.object({
  id: trackedRunIdSchema,
  experimentId: experimentIdSchema,
  name: z.string(),
  status: z.enum(TRACKED_STATUSES),
  lifecycle: z.enum(LIFECYCLES),
  source: z.enum(RUN_SOURCES),
  user: z.string().optional(),
  startedAt: timestampSchema.optional(),
  finishedAt: timestampSchema.optional(),
  /** The run inside which it ran. */
  parentId: trackedRunIdSchema.optional(),
  /** How many runs name it their parent. */
  childCount: z.number().int().optional(),
  /** Markdown. */
  note: z.string().optional(),
  artifactUri: z.string(),
  params: z.record(z.string(), z.string()),
  metrics: z.array(latestMetricSchema),
  tags: tagsSchema,
  origin: pipelineOriginSchema.optional(),
})
export type TrackedRun = z.infer<typeof trackedRunSchema>

/** Data that a run read: as a client describes it. */
export const trackedDatasetSchema = z.object({
  name: z.string().min(1).max(500),
  digest: z.string().min(1).max(36),
  sourceType: z.string(),
  source: z.string().max(65_535),
  schema: z.string().max(1_048_575).optional(),
  profile: z.string().max(16_777_215).optional(),
  /** What it was read for: `train`, `eval` … */
  context: z.string().optional(),
  tags: tagsSchema.default({}),
})
export type TrackedDataset = z.infer<typeof trackedDatasetSchema>

export const trackedRunDetailSchema = trackedRunSchema.extend({
  datasets: z.array(trackedDatasetSchema),
  /** Models that it logged, and those that it read. */
  modelOutputs: z.array(z.object({ modelId: z.string(), step: z.number().int() })),
  modelInputs: z.array(z.string()),
})
export type TrackedRunDetail = z.infer<typeof trackedRunDetailSchema>

/** A new run. With an `id` that is there already the run that has it is answered and nothing changes. */
export const createTrackedRunSchema = z.strictObject({
  id: trackedRunIdSchema.optional(),
  /** By name; it is made where it is new. `Default` where absent. */
  experiment: z.string().min(1).max(TRACKING_LIMITS.experimentNameLength).optional(),
  name: z.string().max(TRACKING_LIMITS.keyLength).optional(),
  parentId: trackedRunIdSchema.optional(),
  user: z.string().max(250).optional(),
  startedAt: timestampSchema.optional(),
  tags: tagsSchema.optional(),
  /** `track` where absent. */
  source: z.enum(['track', 'import']).optional(),
})
export type CreateTrackedRun = z.infer<typeof createTrackedRunSchema>

export const updateTrackedRunSchema = z.strictObject({
  name: z.string().min(1).max(TRACKING_LIMITS.keyLength).optional(),
  status: z.enum(TRACKED_STATUSES).optional(),
  finishedAt: timestampSchema.optional(),
  note: z.string().max(TRACKING_LIMITS.noteLength).nullable().optional(),
})
export type UpdateTrackedRun = z.infer<typeof updateTrackedRunSchema>

export const loggedMetricSchema = z.strictObject({
  key: z.string(),
  value: loggedNumberSchema,
  step: z.number().int().default(0),
  /** Milliseconds since 1970: thousands of them travel at once. */
  atMs: z.number().int().nonnegative(),
})
export type LoggedMetric = z.infer<typeof loggedMetricSchema>

/** Everything in one transaction: all of it or none. A batch that is sent again changes nothing. */
export const logBatchSchema = z.strictObject({
  metrics: z.array(loggedMetricSchema).max(TRACKING_LIMITS.metricsInBatch).default([]),
  /** A param cannot change; the same value again is fine. */
  params: z.record(z.string(), z.string()).default({}),
  tags: tagsSchema.default({}),
  datasets: z.array(trackedDatasetSchema).max(100).default([]),
})
export type LogBatch = z.infer<typeof logBatchSchema>

/** Which runs, in which order: `filter` and `orderBy` in the language of `parseFilter`. */
export const searchRunsSchema = z.strictObject({
  /** Ids; all active experiments where absent. */
  experiments: z.array(experimentIdSchema).max(1_000).optional(),
  filter: z.string().max(10_000).optional(),
  orderBy: z.array(z.string().max(500)).max(10).optional(),
  lifecycle: z.enum([...LIFECYCLES, 'all']).default('active'),
  /** Only runs without a parent, only children of one run, or both. */
  parent: trackedRunIdSchema.or(z.literal('none')).optional(),
  limit: z.number().int().min(1).max(TRACKING_LIMITS.searchPage).default(100),
  /** It holds the values by which the page before ended, which may be long texts. */
  cursor: z.string().max(500_000).optional(),
  /** Keys whose values are wanted; all where absent. Fewer make a page lighter. */
  select: z
    .strictObject({
      params: z.array(z.string()).max(200).optional(),
      metrics: z.array(z.string()).max(200).optional(),
      tags: z.array(z.string()).max(200).optional(),
    })
    .optional(),
})
export type SearchRuns = z.input<typeof searchRunsSchema>

/** Keys that runs of some experiments have, for columns and completion; the most used first. */
export const trackingFieldsSchema = z.object({
  params: z.array(z.object({ key: z.string(), runCount: z.number().int() })),
  metrics: z.array(z.object({ key: z.string(), runCount: z.number().int() })),
  tags: z.array(z.object({ key: z.string(), runCount: z.number().int() })),
})
export type TrackingFields = z.infer<typeof trackingFieldsSchema>
