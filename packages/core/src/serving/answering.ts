import { z } from 'zod'
import { durationSchema } from '../kernel/index.ts'
import { modelRefSchema } from './model-ref.ts'

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
