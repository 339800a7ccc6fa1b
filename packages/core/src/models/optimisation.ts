import { z } from 'zod'
import { estimateSchema } from '../evaluation/index.ts'

/** Ways to make a model smaller or faster: dense layers in 8-bit whole numbers or 16-bit floats; fewer trees. */
export const OPTIMISATIONS = ['int8', 'float16', 'prune'] as const
export type OptimisationKind = (typeof OPTIMISATIONS)[number]

/** Request sizes at which latency is measured. */
export const LATENCY_BATCHES = [1, 32] as const

const latencySchema = z.object({
  /** Rows in one call of the graph. */
  batch: z.number().int(),
  /** Medians. */
  beforeMs: z.number(),
  afterMs: z.number(),
  /** after ÷ before, the median over rounds in which both answered the same rows one after the other, with its interval. */
  ratio: estimateSchema,
})
export type LatencyComparison = z.infer<typeof latencySchema>

const conditionSchema = z.object({
  name: z.enum(['gain', 'size', 'latency', 'score', 'batching']),
  passed: z.boolean(),
  /** What was got and what is asked, for a person. */
  message: z.string(),
})
export type OptimisationCondition = z.infer<typeof conditionSchema>

/** A model before and after it was made smaller or faster, and whether that pays. */
export const optimisationReportSchema = z.object({
  by: z.enum(OPTIMISATIONS),
  /** The version that it was made from. */
  fromVersion: z.number().int().positive().optional(),
  pays: z.boolean(),
  /** All must hold. */
  conditions: z.array(conditionSchema),
  /** The held-out rows. */
  rows: z.object({
    /** Where they are from, such as "penguins version 3". */
    source: z.string(),
    /** On which score and outputs were compared. */
    judged: z.number().int(),
    /** On which the number of trees was chosen; none of them is among the judged. */
    chosen: z.number().int().optional(),
  }),
  /** Bytes of the graph. */
  size: z.object({ before: z.number().int(), after: z.number().int() }),
  latency: z.array(latencySchema),
  score: z.object({
    metric: z.string(),
    direction: z.enum(['higher', 'lower']),
    before: z.number(),
    after: z.number(),
    /** How much better the new version is on the same rows; below 0 it is worse, whatever the metric's direction. */
    advantage: estimateSchema,
    /** How much worse it may be, in the unit of the metric. */
    allowedLoss: z.number(),
  }),
  /** Differences of the answers: over all classes and rows. */
  output: z.object({ maxDifference: z.number(), meanDifference: z.number() }),
  /** Of dense layers. */
  layers: z.object({ changed: z.number().int(), kept: z.number().int() }).optional(),
  trees: z
    .object({
      before: z.number().int(),
      after: z.number().int(),
      nodesBefore: z.number().int(),
      nodesAfter: z.number().int(),
      scaling: z.enum(['as-is', 'rescaled']),
      keep: z.enum(['best', 'fewest']),
      /** Held-out loss by the number of rounds that stay, from the first to all. */
      curve: z.array(z.object({ rounds: z.number().int(), loss: z.number() })),
    })
    .optional(),
})
export type OptimisationReport = z.infer<typeof optimisationReportSchema>
