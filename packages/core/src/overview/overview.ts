import { z } from 'zod'
import { nameSchema, timestampSchema } from '../kernel/index.ts'
import { aliasRequestSchema } from '../models/index.ts'
import { alertSchema } from '../monitoring/index.ts'
import { approvalSchema, runSummarySchema } from '../pipelines/index.ts'
import { deploymentSchema, endpointSchema, releaseSchema, shadowComparisonSchema } from '../serving/index.ts'

/** Something that a person should look at, most urgent first. */
export const needSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('alert'), alert: alertSchema }),
  /** A version that an endpoint needs cannot be loaded; others of it may still answer. */
  z.object({ kind: z.literal('failed-load'), endpoint: nameSchema, deployment: deploymentSchema }),
  z.object({ kind: z.literal('failed-run'), run: runSummarySchema }),
  /** A step of a run asks a person, since a time. */
  z.object({
    kind: z.literal('approval'),
    run: runSummarySchema,
    step: nameSchema,
    approval: approvalSchema,
    since: timestampSchema,
  }),
  /** Somebody wants to move a protected alias. */
  z.object({ kind: z.literal('alias-request'), request: aliasRequestSchema }),
  z.object({ kind: z.literal('promotion'), endpoint: nameSchema, comparison: shadowComparisonSchema }),
  /** A release that was paused, or recommends a version, waits for a person. */
  z.object({ kind: z.literal('release'), endpoint: nameSchema, release: releaseSchema }),
])
export type Need = z.infer<typeof needSchema>

/** One mark on the shared time axis. `eventTime` where the thing happened in the endpoint's time (a replay's, perhaps). */
export const timelineEntrySchema = z.object({
  kind: z.enum(['deploy', 'data', 'alert', 'run', 'label']),
  title: z.string(),
  detail: z.string(),
  at: timestampSchema,
  eventTime: timestampSchema.optional(),
  link: z.object({ page: z.enum(['data', 'runs', 'models', 'endpoints', 'monitors']), id: z.string() }).optional(),
})
export type TimelineEntry = z.infer<typeof timelineEntrySchema>

export const endpointHealthSchema = z.object({
  endpoint: endpointSchema,
  health: z.enum(['well', 'attention', 'broken', 'unknown']),
  /** Per window of event time, oldest first; null where there was none. */
  score: z.array(z.object({ at: timestampSchema, value: z.number().nullable() })),
  drift: z.array(z.object({ at: timestampSchema, value: z.number().nullable() })),
  requestsPerSecond: z.array(z.number()),
  labelCoverage: z.number().optional(),
  scoreMetric: z.string().optional(),
})
export type EndpointHealth = z.infer<typeof endpointHealthSchema>

export const overviewSchema = z.object({
  needs: z.array(needSchema),
  endpoints: z.array(endpointHealthSchema),
  runs: z.array(runSummarySchema),
  timeline: z.array(timelineEntrySchema),
  server: z.object({ version: z.string(), startedAt: timestampSchema, home: z.string(), project: z.string() }),
})
export type Overview = z.infer<typeof overviewSchema>
