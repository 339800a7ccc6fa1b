import { z } from 'zod'
import { durationSchema, nameSchema } from '../kernel/index.ts'
import { modelRefSchema } from './model-ref.ts'

const cellSchema = z.union([z.string(), z.number(), z.boolean(), z.null()])

/** How much an endpoint takes on, and how it computes. */
export const servingLimitsSchema = z.strictObject({
  /** `auto` measures at warm-up: what is fast runs on the thread that answers, the rest on worker threads. */
  lane: z.enum(['auto', 'inline', 'worker']).default('auto'),
  /** Rows waiting or running; beyond it requests are refused at once, with the time after which to come again. */
  maxQueueRows: z.number().int().min(1).max(1_000_000).default(4096),
  /** A request that has not been begun by then is dropped. A request may ask for less. */
  deadlineMs: z.number().int().min(1).max(600_000).default(30_000),
  maxBatchRows: z.number().int().min(1).max(10_000).default(512),
  /** Equal rows get the answer that the version gave before. */
  cache: z
    .strictObject({ entries: z.number().int().min(1).max(1_000_000), ttl: durationSchema.default('5m') })
    .optional(),
})
export type ServingLimits = z.infer<typeof servingLimitsSchema>

/** What answers when the version is late or fails: a simpler model over the same inputs, or a constant. The answer says so. */
export const fallbackSchema = z.union([
  z.strictObject({ model: modelRefSchema, afterMs: z.number().positive().optional() }),
  z.strictObject({
    answer: z.strictObject({ score: z.number(), label: z.string().optional() }),
    afterMs: z.number().positive().optional(),
  }),
])
export type Fallback = z.infer<typeof fallbackSchema>

/** Several endpoints asked as one; each goes on logging, and being released, by itself. */
export const compositionSchema = z.discriminatedUnion('kind', [
  /** The weighted mean of their scores and probabilities. */
  z.strictObject({
    kind: z.literal('weights'),
    members: z
      .array(z.strictObject({ endpoint: nameSchema, weight: z.number().positive() }))
      .min(2)
      .max(20),
  }),
  /** One after the other: the next also gets the score of the one before, as a column. */
  z.strictObject({
    kind: z.literal('sequence'),
    members: z
      .array(z.strictObject({ endpoint: nameSchema, scoreAs: z.string().min(1).optional() }))
      .min(2)
      .max(20),
  }),
  /** The first case whose value the field has; else the default. */
  z.strictObject({
    kind: z.literal('switch'),
    field: z.string().min(1),
    cases: z
      .array(z.strictObject({ equals: z.array(cellSchema).min(1), endpoint: nameSchema }))
      .min(1)
      .max(100),
    otherwise: nameSchema,
  }),
])
export type Composition = z.infer<typeof compositionSchema>
