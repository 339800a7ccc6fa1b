import { chartQuerySchema, encodeNumber, loggedNumberSchema, metricCurveSchema, trackedRunIdSchema } from '@regia/core'
import { z } from 'zod'
import type { App } from '../../http/app.ts'
import { listReplySchema } from '../../http/paging.ts'
import type { MetricHistoryService } from './metric-history-service.ts'

const tags = ['tracking']
const MAX_POINTS = 25_000
const DEFAULT_POINTS = 1_000
const MAX_CURSOR = 500
const pointSchema = z.object({ value: loggedNumberSchema, step: z.number().int(), atMs: z.number().int() })

export function addMetricRoutes(app: App, metrics: MetricHistoryService): void {
  app.get(
    '/api/v1/tracking/runs/:id/metrics/:key',
    {
      schema: {
        tags,
        summary: 'Every point of a metric, by time, step and value',
        params: z.object({ id: trackedRunIdSchema, key: z.string() }),
        querystring: z.object({
          limit: z.coerce.number().int().min(1).max(MAX_POINTS).default(DEFAULT_POINTS),
          cursor: z.string().max(MAX_CURSOR).optional(),
        }),
        response: { 200: z.object({ items: listReplySchema(pointSchema), nextCursor: z.string().optional() }) },
      },
    },
    async ({ params, query }) => {
      const page = await metrics.list(params.id, params.key, query)
      return { ...page, items: page.items.map(({ value, step, atMs }) => ({ value: encodeNumber(value), step, atMs })) }
    },
  )
  app.post(
    '/api/v1/tracking/chart',
    {
      schema: {
        tags,
        summary: 'Curves of metrics of several runs, fine enough to be drawn and no finer',
        body: chartQuerySchema,
        response: { 200: z.object({ curves: listReplySchema(metricCurveSchema) }) },
      },
    },
    async ({ body }) => ({ curves: await metrics.chart(body) }),
  )
}
