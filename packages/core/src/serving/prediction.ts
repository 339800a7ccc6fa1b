import { z } from 'zod'
import { nameSchema, timestampSchema } from '../kernel/index.ts'

const cellSchema = z.union([z.string(), z.number(), z.boolean(), z.null()])
export const rowSchema = z.record(z.string(), cellSchema)

/** Plain rows in … */
export const predictRequestSchema = z.object({
  rows: z.array(rowSchema).min(1).max(10_000),
  /** When the event happened, if not now; a replay sends the time that it replays. */
  at: timestampSchema.optional(),
})
export type PredictRequest = z.infer<typeof predictRequestSchema>

/** … predictions out. `id` is where the prediction stands in the log; its label is pushed under it. */
export const predictionSchema = z.object({
  id: z.string(),
  label: z.string().optional(),
  /** Of the positive class; for a regression the value itself. */
  score: z.number(),
  probabilities: z.record(z.string(), z.number()).optional(),
})
export type Prediction = z.infer<typeof predictionSchema>

export const predictResponseSchema = z.object({
  endpoint: nameSchema,
  model: nameSchema,
  version: z.number().int(),
  predictions: z.array(predictionSchema),
})
export type PredictResponse = z.infer<typeof predictResponseSchema>

/** A prediction as the log keeps it. */
export const loggedPredictionSchema = z.object({
  id: z.string(),
  endpoint: nameSchema,
  model: nameSchema,
  version: z.number().int(),
  row: rowSchema,
  score: z.number(),
  label: z.string().optional(),
  /** Event time. */
  at: timestampSchema,
  loggedAt: timestampSchema,
  /** Gateway time of the whole request. */
  latencyMs: z.number().optional(),
  /** What really happened, once known. */
  actual: z.string().optional(),
  shadow: z.object({ version: z.number().int(), score: z.number() }).optional(),
})
export type LoggedPrediction = z.infer<typeof loggedPredictionSchema>

export const labelSchema = z.object({
  predictionId: z.string().min(1).max(100),
  label: z.union([z.string(), z.number(), z.boolean()]),
  at: timestampSchema.optional(),
})
export const labelsRequestSchema = z.object({ labels: z.array(labelSchema).min(1).max(10_000) })
export type LabelsRequest = z.infer<typeof labelsRequestSchema>

/** Acknowledged means logged. A label that came before, with the same value, counts once. */
export const labelsResponseSchema = z.object({ acceptedCount: z.number().int(), unknownIds: z.array(z.string()) })
export type LabelsResponse = z.infer<typeof labelsResponseSchema>
