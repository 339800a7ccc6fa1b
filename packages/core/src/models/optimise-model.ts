import { z } from 'zod'
import { metricNameSchema } from '../evaluation/index.ts'
import { digestSchema, ERROR_CODES, idSchema, nameSchema, timestampSchema } from '../kernel/index.ts'
import { aliasSchema, modelNameSchema } from './model.ts'
import { OPTIMISATIONS, optimisationReportSchema } from './optimisation.ts'

/** Held-out rows: a dataset, or a file that was sent as a blob, named for its format. */
export const heldOutSchema = z.union([
  z.strictObject({ dataset: nameSchema, version: z.number().int().positive().optional() }),
  z.strictObject({ file: z.string().min(1).max(500), digest: digestSchema }),
])
export type HeldOut = z.infer<typeof heldOutSchema>

/** When an optimisation pays, and how it is done. */
export const optimiseModelSchema = z.strictObject({
  by: z.enum(OPTIMISATIONS),
  /** The table on which the version was tested where absent. */
  data: heldOutSchema.optional(),
  /** What is scored; AUC, or log loss of several classes, or the root mean squared error where absent. */
  metric: metricNameSchema.optional(),
  /** How much worse the score may be at the far end of its 95 % interval: of the score itself, of rmse and mae as a share. */
  maxLoss: z.number().min(0).max(1).default(0.005),
  /** By what share size or latency must fall. */
  minGain: z.number().min(0).max(0.99).default(0.1),
  /** By what share size or latency may rise while the other falls. */
  maxCost: z.number().min(0).max(10).default(0.1),
  /** Which trees stay: up to the best point of the held-out loss, or the fewest within `maxLoss`. By default the best of a booster, the fewest of a forest. */
  keep: z.enum(['best', 'fewest']).optional(),
  /** Whether int8 weights use all 8 bits: finer, but processors without VNNI then answer otherwise. */
  fullRange: z.boolean().default(false),
  /** What the new version gets; nothing where absent. */
  alias: aliasSchema.optional(),
})
export type OptimiseModel = z.input<typeof optimiseModelSchema>

/** Refused is what did not pay. */
export const OPTIMISATION_STATUSES = ['waiting', 'running', 'registered', 'refused', 'failed', 'cancelled'] as const
export const optimisationStatusSchema = z.enum(OPTIMISATION_STATUSES)
export type OptimisationStatus = z.infer<typeof optimisationStatusSchema>

const failureSchema = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  hint: z.string().optional(),
  where: z.string().optional(),
})

/** An optimisation that waits, is under way or is over. What it made stays when it is deleted or collected. */
export const modelOptimisationSchema = z.object({
  id: idSchema('optimisation'),
  model: modelNameSchema,
  version: z.number().int().positive(),
  by: z.enum(OPTIMISATIONS),
  /** What was asked for, defaults included. */
  request: optimiseModelSchema,
  askedBy: z.string(),
  status: optimisationStatusSchema,
  /** What is being done, and how far it is, 0 to 1. */
  progress: z.object({ fraction: z.number(), message: z.string() }),
  report: optimisationReportSchema.optional(),
  /** The version that was made; absent where it was refused. */
  madeVersion: z.number().int().positive().optional(),
  /** Why it failed, which is no refusal: the rows were not there, the graph has nothing to optimise. */
  error: failureSchema.optional(),
  /** When it was asked for. */
  startedAt: timestampSchema,
  endedAt: timestampSchema.optional(),
})
export type ModelOptimisation = z.infer<typeof modelOptimisationSchema>
