import { z } from 'zod'
import { timestampSchema } from '../kernel/index.ts'
import { TRACKING_LIMITS } from './limits.ts'

export const LIFECYCLES = ['active', 'deleted'] as const
export type Lifecycle = (typeof LIFECYCLES)[number]

/** Keys and texts that a person or a program hangs on something. */
export const tagsSchema = z.record(z.string(), z.string())

/** A number in decimal digits; "0" is the experiment `Default`, which is always there. */
export const experimentIdSchema = z.string().regex(/^\d{1,18}$/, 'expected the number of an experiment')

/** Runs that are to be compared with one another. */
export const experimentSchema = z.object({
  id: experimentIdSchema,
  name: z.string().min(1).max(TRACKING_LIMITS.experimentNameLength),
  lifecycle: z.enum(LIFECYCLES),
  /** Where files of its runs are kept: `mlflow-artifacts:/ID`, or another address that a client writes to by itself. */
  artifactRoot: z.string(),
  /** Markdown. */
  note: z.string().optional(),
  tags: tagsSchema,
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
  deletedAt: timestampSchema.optional(),
})
export type Experiment = z.infer<typeof experimentSchema>
