import { z } from 'zod'
import { TRACKING_LIMITS } from './limits.ts'
import { loggedNumberSchema } from './logged-number.ts'
import { trackedRunIdSchema } from './tracked-run.ts'

/** Which curves, over what, and how fine. */
export const chartQuerySchema = z.strictObject({
  runs: z.array(trackedRunIdSchema).min(1).max(TRACKING_LIMITS.chartRuns),
  keys: z.array(z.string()).min(1).max(50),
  /** `time` is milliseconds since 1970, `elapsed` since the run's first point of the key. */
  x: z.enum(['step', 'time', 'elapsed']).default('step'),
  from: z.number().optional(),
  until: z.number().optional(),
  /** Buckets of a curve at most; a curve with no more points than that comes whole. */
  points: z.number().int().min(10).max(5_000).default(1_000),
})
export type ChartQuery = z.input<typeof chartQuerySchema>

/**
 * A curve, in buckets of equal width where it has more points than were asked for: no peak gets lost, since every bucket has its least and
 * greatest value. Arrays of equal length, by growing `x`.
 */
export const metricCurveSchema = z.object({
  run: trackedRunIdSchema,
  key: z.string(),
  /** Of the whole curve. */
  pointCount: z.number().int(),
  isReduced: z.boolean(),
  x: z.array(z.number()),
  /** The mean of a bucket, or the value itself. `null` where all of a bucket is NaN. */
  value: z.array(loggedNumberSchema.nullable()),
  /** Only of a reduced curve. */
  min: z.array(loggedNumberSchema.nullable()).optional(),
  max: z.array(loggedNumberSchema.nullable()).optional(),
})
export type MetricCurve = z.infer<typeof metricCurveSchema>
