import { z } from 'zod'
import { nameSchema, timestampSchema } from '../kernel/index.ts'

/** Fewer predictions say nothing of how inputs are distributed. */
export const MINIMUM_REFERENCE_ROWS = 200

/** What windows of an endpoint's version are compared with. */
export const endpointReferenceSchema = z.object({
  endpoint: nameSchema,
  model: z.string(),
  version: z.number().int().positive(),
  /** `training`: it came with the model. `logged`: predictions of a span of time, taken for it. `none`: there is nothing to compare with. */
  source: z.enum(['training', 'logged', 'none']),
  rowCount: z.number().int().min(0),
  /** The span of event time whose predictions were taken. */
  from: timestampSchema.optional(),
  until: timestampSchema.optional(),
  takenAt: timestampSchema.optional(),
  /** Why there is none, and how to get one. */
  hint: z.string().optional(),
})
export type EndpointReference = z.infer<typeof endpointReferenceSchema>

/** A span of event time; of all that is logged where a side is absent. */
export const takeReferenceSchema = z.strictObject({
  from: timestampSchema.optional(),
  until: timestampSchema.optional(),
})
export type TakeReference = z.infer<typeof takeReferenceSchema>
