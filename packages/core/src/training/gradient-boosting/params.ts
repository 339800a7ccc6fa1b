import { z } from 'zod'

export const gradientBoostingParams = z.strictObject({
  /** Boosting rounds; with more than two classes each round grows one tree per class. */
  trees: z.number().int().min(1).max(10_000).default(100),
  leaves: z.number().int().min(2).max(4096).default(31),
  learningRate: z.number().positive().max(1).default(0.1),
  /** Estimated from the sum of hessians, as in LightGBM, so it is approximate for classifiers. */
  minRowsPerLeaf: z.number().int().min(1).default(20),
  l2: z.number().min(0).default(1),
  /** The fraction of rows that each round sees. */
  subsample: z.number().positive().max(1).default(1),
  /** The fraction of features that each tree sees. */
  featureFraction: z.number().positive().max(1).default(1),
  bins: z.number().int().min(2).max(255).default(255),
  /** Holds a fraction of the rows out and stops when their loss has not fallen for `patience` rounds. */
  earlyStopping: z
    .strictObject({
      validationFraction: z.number().positive().max(0.5).default(0.1),
      patience: z.number().int().min(1).default(20),
    })
    .optional(),
})
export type GradientBoostingParams = z.infer<typeof gradientBoostingParams>
/** What a user writes: every parameter has a default. */
export type GradientBoostingOptions = z.input<typeof gradientBoostingParams>
