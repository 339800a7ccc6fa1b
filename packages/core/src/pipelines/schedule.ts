import { z } from 'zod'
import { idSchema, nameSchema, timestampSchema } from '../kernel/index.ts'
import { errorBodySchema, runSummarySchema } from './run.ts'

/** What makes a pipeline run by itself. */
export const scheduleWhenSchema = z.discriminatedUnion('on', [
  z.object({
    on: z.literal('time'),
    /** Five fields: minute, hour, day of month, month, day of week. */
    cron: z.string().min(1).max(200),
    /** An IANA name. A time that a change of the clock leaves out runs right after it; one that comes twice runs once. */
    timezone: z.string().default('UTC'),
    /** Of the times that passed while nothing was there to run them: `none` is made up for, only the `latest`, or `all`. */
    catchUp: z.enum(['none', 'latest', 'all']).default('latest'),
  }),
  /** A new version of a dataset. */
  z.object({ on: z.literal('dataset'), dataset: nameSchema }),
  /** An alias of a model that moved. */
  z.object({ on: z.literal('alias'), model: nameSchema, alias: nameSchema }),
  /** A new alert of a monitor. */
  z.object({ on: z.literal('alert'), monitor: nameSchema }),
  /** A POST to the schedule's own address, with its secret. */
  z.object({ on: z.literal('webhook') }),
])
export type ScheduleWhen = z.infer<typeof scheduleWhenSchema>

export const scheduleSpecSchema = z.object({
  name: nameSchema,
  description: z.string().max(2_000).default(''),
  pipeline: nameSchema,
  /** Which version runs: what the channel points to; the latest where absent. */
  channel: nameSchema.optional(),
  /** Texts may hold `{time}`, `{date}` (the time that it is for, ISO 8601 in UTC), `{version}`, `{dataset}`, `{model}` and `{alert}`. */
  params: z.record(z.string(), z.unknown()).default({}),
  when: scheduleWhenSchema,
  /** While a run of this schedule goes on: `skip` the next one, `queue` it, `cancel` the one that goes on, or `allow` both. */
  overlap: z.enum(['skip', 'queue', 'cancel', 'allow']).default('skip'),
})
export type ScheduleSpec = z.infer<typeof scheduleSpecSchema>

/** What came of one occasion of a schedule. */
export const scheduleFiringSchema = z.object({
  /** The time that it is for, or when its event came. */
  at: timestampSchema,
  firedAt: timestampSchema,
  outcome: z.enum(['started', 'queued', 'skipped', 'failed']),
  runId: idSchema('run').optional(),
  reason: z.string(),
})
export type ScheduleFiring = z.infer<typeof scheduleFiringSchema>

export const scheduleSchema = scheduleSpecSchema.extend({
  isPaused: z.boolean(),
  /** For `time`, unless it is paused. */
  nextAt: timestampSchema.optional(),
  lastFiring: scheduleFiringSchema.optional(),
  /** For `webhook`: where to POST, from the server's address. The secret is shown once, when it is made. */
  webhookPath: z.string().optional(),
  secret: z.string().optional(),
  createdAt: timestampSchema,
})
export type Schedule = z.infer<typeof scheduleSchema>

/** One run per element: of time windows, or of values such as partitions. */
export const backfillSpecSchema = z.object({
  pipeline: nameSchema,
  version: z.number().int().positive().optional(),
  channel: nameSchema.optional(),
  over: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('time'),
      from: z.iso.date(),
      /** The first day that is no longer in it. */
      until: z.iso.date(),
      every: z.enum(['day', 'week', 'month']),
      /** The parameter that gets the first day of each window, and the one that gets the first day after it. */
      fromParam: z.string(),
      untilParam: z.string().optional(),
    }),
    z.object({ kind: z.literal('values'), param: z.string(), values: z.array(z.json()).min(1).max(10_000) }),
  ]),
  params: z.record(z.string(), z.unknown()).default({}),
  concurrency: z.number().int().min(1).max(100).default(1),
})
export type BackfillSpec = z.infer<typeof backfillSpecSchema>

export const backfillSchema = z.object({
  id: idSchema('backfill'),
  spec: backfillSpecSchema,
  status: z.enum(['running', 'succeeded', 'failed', 'cancelled']),
  total: z.number().int(),
  succeeded: z.number().int(),
  failed: z.number().int(),
  createdAt: timestampSchema,
  finishedAt: timestampSchema.optional(),
})
export type Backfill = z.infer<typeof backfillSchema>

export const backfillItemSchema = z.object({
  index: z.number().int(),
  params: z.record(z.string(), z.unknown()),
  status: z.enum(['waiting', 'running', 'succeeded', 'failed', 'cancelled']),
  run: runSummarySchema.optional(),
  /** Why its run could not start. */
  error: errorBodySchema.optional(),
})
export type BackfillItem = z.infer<typeof backfillItemSchema>
