import { z } from 'zod'
import { columnTypeSchema } from '../data/index.ts'

/** An input column of a model, as a client sends it. */
export const signatureColumnSchema = z.object({
  name: z.string(),
  type: columnTypeSchema,
  nullable: z.boolean(),
  description: z.string().optional(),
})
export type SignatureColumn = z.infer<typeof signatureColumnSchema>

export const MODEL_TASKS = ['binary', 'multiclass', 'regression'] as const

/** What a model takes and gives. For a classifier `classes` names the columns of its `probabilities`, and `positive` the class that scores speak of. */
export const signatureSchema = z.object({
  inputs: z.array(signatureColumnSchema).min(1),
  task: z.enum(MODEL_TASKS),
  target: z.string(),
  classes: z.array(z.string()).optional(),
  positive: z.string().optional(),
})
export type Signature = z.infer<typeof signatureSchema>
