import { z } from 'zod'
import { timestampSchema } from '../kernel/index.ts'

// Apart from the overview: every page follows the stream, and none needs all schemas for that.

/** What the event stream carries: something changed, look again. `id` is a run, a name, an alert. */
export const serverEventSchema = z.object({
  type: z.enum([
    'dataset',
    'pipeline',
    'run',
    'log',
    'model',
    'experiment',
    'trackedRun',
    'endpoint',
    'prediction',
    'monitor',
    'alert',
    'decision',
    'schedule',
    'backfill',
    'notification',
    'webhook',
    'scoringJob',
    'demo',
  ]),
  id: z.string(),
  at: timestampSchema,
})
export type ServerEvent = z.infer<typeof serverEventSchema>

export const healthSchema = z.object({
  status: z.enum(['ok', 'starting']),
  version: z.string(),
  roles: z.array(z.string()),
})
export type Health = z.infer<typeof healthSchema>
