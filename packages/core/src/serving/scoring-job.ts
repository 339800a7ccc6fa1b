import { z } from 'zod'
import { digestSchema, idSchema, nameSchema, timestampSchema } from '../kernel/index.ts'
import { errorBodySchema } from '../pipelines/index.ts'
import { modelRefSchema } from './model-ref.ts'
import { rowSchema } from './prediction.ts'

export const SCORING_FORMATS = ['parquet', 'csv', 'jsonl'] as const
export type ScoringFormat = (typeof SCORING_FORMATS)[number]

const datasetInputSchema = z.strictObject({ dataset: nameSchema, version: z.number().int().positive().optional() })
/** Bytes that were uploaded as a blob. */
const fileInputSchema = z.strictObject({ file: digestSchema, format: z.enum([...SCORING_FORMATS, 'tsv']) })
const rowsInputSchema = z.strictObject({ rows: z.array(rowSchema).min(1).max(10_000) })

const jobFieldsSchema = z.strictObject({
  /** The version that scores, fixed when the job is made; or … */
  model: modelRefSchema.optional(),
  /** … the one that answers requests of this endpoint then. */
  endpoint: nameSchema.optional(),
  input: z.union([datasetInputSchema, rowsInputSchema, fileInputSchema]),
  output: z
    .strictObject({
      format: z.enum(SCORING_FORMATS).default('parquet'),
      /** Also a version of this dataset; of Parquet alone. */
      dataset: nameSchema.optional(),
    })
    .refine(({ format, dataset }) => dataset === undefined || format === 'parquet', 'a dataset is made of Parquet')
    .prefault({}),
  /** The column that names a row: kept, and without `columns` nothing else is. */
  key: z.string().min(1).max(200).optional(),
  /** Columns of the input that the result keeps; default all, or the key alone. */
  columns: z.array(z.string().min(1).max(200)).max(2000).optional(),
  /** Rows that the model does not take fail the job, or are put aside with their reasons. */
  onBadRow: z.enum(['fail', 'quarantine']).default('fail'),
  /** A webhook, by id or name, that is told when it is over, whatever else it listens to. */
  webhook: z.string().min(1).max(100).optional(),
})

/** A file or table to be scored by the server, while nobody waits. */
export const scoringJobRequestSchema = jobFieldsSchema.refine(
  ({ model, endpoint }) => (model === undefined) !== (endpoint === undefined),
  { error: 'name either a model or an endpoint', path: ['model'] },
)
export type ScoringJobRequest = z.infer<typeof scoringJobRequestSchema>
/** As a client writes it: what has a default may be left out. */
export type NewScoringJob = z.input<typeof scoringJobRequestSchema>

/** Rows that came with the request are kept as a file. */
export const scoringJobSpecSchema = jobFieldsSchema.extend({ input: z.union([datasetInputSchema, fileInputSchema]) })
export type ScoringJobSpec = z.infer<typeof scoringJobSpecSchema>

export const SCORING_JOB_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const
export const scoringJobStatusSchema = z.enum(SCORING_JOB_STATUSES)
export type ScoringJobStatus = z.infer<typeof scoringJobStatusSchema>

export const scoringJobProgressSchema = z.object({
  phase: z.enum(['waiting', 'reading', 'scoring', 'joining', 'done']),
  rowsDone: z.number().int(),
  /** Absent until the input was looked at. */
  rowCount: z.number().int().optional(),
  rowsPerSecond: z.number().optional(),
  secondsLeft: z.number().optional(),
  /** 0 to 1. */
  fraction: z.number().min(0).max(1),
})
export type ScoringJobProgress = z.infer<typeof scoringJobProgressSchema>

export const scoringJobResultSchema = z.object({
  digest: digestSchema,
  sizeBytes: z.number().int(),
  rowCount: z.number().int(),
  columns: z.array(z.string()).readonly(),
  dataset: z.object({ name: nameSchema, version: z.number().int() }).optional(),
  /** Rows that were put aside. */
  quarantine: z
    .object({
      digest: digestSchema,
      rowCount: z.number().int(),
      reasons: z.array(z.object({ reason: z.string(), rowCount: z.number().int() })).readonly(),
    })
    .optional(),
})
export type ScoringJobResult = z.infer<typeof scoringJobResultSchema>

export const scoringJobSchema = z.object({
  id: idSchema('scoringJob'),
  spec: scoringJobSpecSchema,
  /** The version that scores. */
  model: z.object({ name: z.string(), version: z.number().int() }),
  status: scoringJobStatusSchema,
  progress: scoringJobProgressSchema,
  result: scoringJobResultSchema.optional(),
  error: errorBodySchema.optional(),
  by: z.string(),
  createdAt: timestampSchema,
  startedAt: timestampSchema.optional(),
  finishedAt: timestampSchema.optional(),
})
export type ScoringJob = z.infer<typeof scoringJobSchema>
