import { z } from 'zod'
import { nameSchema, timestampSchema } from '../kernel/index.ts'

/** One logged number of a run. `step` is the training step (a tree, an epoch), 0 where there is none. */
export const metricPointSchema = z.object({
  name: z.string().min(1).max(250),
  value: z.number(),
  step: z.number().int().default(0),
  at: timestampSchema,
  /** The step of the pipeline that logged it. */
  stepName: nameSchema.optional(),
})
export type MetricPoint = z.infer<typeof metricPointSchema>
