import { z } from 'zod'
import { columnTypeSchema } from '../data/index.ts'
import { timestampSchema } from '../kernel/index.ts'
import { MODEL_TASKS } from './signature.ts'

/**
 * What a program writes beside an ONNX file of its own, since the file does not hold it. Only `target` must be there: the rest is told by the
 * graph and by the rows of `reference`. docs/steps.md has a line for each field.
 */
export const programSignatureSchema = z.strictObject({
  target: z.string().min(1),
  columns: z
    .array(
      z.union([
        z.string(),
        z.strictObject({
          name: z.string(),
          type: columnTypeSchema.optional(),
          nullable: z.boolean().optional(),
          description: z.string().optional(),
        }),
      ]),
    )
    .min(1)
    .optional(),
  /** Name of a table among the step's inputs and outputs. */
  reference: z.string().optional(),
  task: z.enum(MODEL_TASKS).optional(),
  classes: z
    .array(z.union([z.string(), z.number(), z.boolean()]).transform(String))
    .min(2)
    .optional(),
  positive: z.union([z.string(), z.number(), z.boolean()]).transform(String).optional(),
  output: z.string().optional(),
  /** Scores of the training code itself for the first rows of the reference. */
  expected: z.array(z.number()).optional(),
  metrics: z.record(z.string(), z.number()).default({}),
  trainedOn: z.strictObject({ from: timestampSchema, until: timestampSchema }).optional(),
  learner: z.strictObject({ name: z.string(), params: z.record(z.string(), z.unknown()).default({}) }).optional(),
  featureImportance: z.array(z.strictObject({ feature: z.string(), importance: z.number() })).default([]),
})
export type ProgramSignature = z.output<typeof programSignatureSchema>
