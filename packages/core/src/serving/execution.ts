import { z } from 'zod'

const timesSchema = z.object({ p50Ms: z.number(), p99Ms: z.number() })

/** What a version's example took when it was loaded, without the way to it and back. */
export const warmUpSchema = z.object({
  /** One row at a time. */
  one: timesSchema,
  /** Several rows at once. */
  many: timesSchema.extend({ rowCount: z.number().int() }),
  /** Rows that one call answers within a millisecond. */
  inlineRowCount: z.number().int(),
})
export type WarmUp = z.infer<typeof warmUpSchema>

/** Where and how a loaded version computes. */
export const executionSchema = z.object({
  /** `inline` on the thread that takes the requests, `worker` on a pool of threads. Absent until it was loaded for the first time. */
  lane: z.enum(['inline', 'worker']).optional(),
  warmUp: warmUpSchema.optional(),
  /** `on`, or `off: ` and why its rows are asked one by one. */
  batching: z.string().optional(),
  /** Whether it is in memory; if not, the next request loads it. */
  isLoaded: z.boolean().optional(),
  /** Rows that wait or are being computed. */
  queuedRowCount: z.number().int().optional(),
  /** Answers given again since this process began, where the endpoint keeps a cache. */
  cache: z.object({ hitCount: z.number().int(), missCount: z.number().int(), entryCount: z.number().int() }).optional(),
})
export type Execution = z.infer<typeof executionSchema>
