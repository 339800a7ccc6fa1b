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

export const SERVED_BY = ['fallback', 'constant', 'cache', 'precomputed'] as const
export type ServedBy = (typeof SERVED_BY)[number]

/** The label of an answer whose most probable class is not probable enough. */
export const UNDECIDED = 'undecided'

/** … predictions out. `id` is where the prediction stands in the log; its label is pushed under it. */
export const predictionSchema = z.object({
  id: z.string(),
  label: z.string().optional(),
  /** Of the positive class; for a regression the value itself. */
  score: z.number(),
  probabilities: z.record(z.string(), z.number()).optional(),
  /** The version that answered this row, where a release splits the traffic and it is not the one of the response. */
  version: z.number().int().optional(),
  /** What answered, where it was not the version itself. */
  servedBy: z.enum(SERVED_BY).optional(),
  /** Why something else answered. */
  degraded: z.string().optional(),
  /** No class was probable enough; `label` is then {@link UNDECIDED}. */
  isUndecided: z.boolean().optional(),
  /** The most probable classes, best first, where the endpoint lists them. */
  top: z.array(z.object({ label: z.string(), probability: z.number() })).optional(),
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
  /** What answered in place of the version. */
  servedBy: z.enum(SERVED_BY).optional(),
  /** No class was probable enough: the asker was told so, and not the label. */
  isUndecided: z.boolean().optional(),
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

export const rewardSchema = z.object({
  predictionId: z.string().min(1).max(100),
  /** What the prediction earned. Bandits by Beta posteriors want it from 0 to 1. */
  reward: z.number(),
  at: timestampSchema.optional(),
})
export const rewardsRequestSchema = z.object({ rewards: z.array(rewardSchema).min(1).max(10_000) })
export type RewardsRequest = z.infer<typeof rewardsRequestSchema>

/** Acknowledged means logged. Of several rewards of one prediction the first counts. */
export const rewardsResponseSchema = z.object({ acceptedCount: z.number().int(), unknownIds: z.array(z.string()) })
export type RewardsResponse = z.infer<typeof rewardsResponseSchema>
