import {
  alertSchema,
  distributionSchema,
  idSchema,
  monitorSchema,
  monitorSpecSchema,
  nameSchema,
  RegiaError,
  timestampSchema,
  windowResultSchema,
} from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import { listReplySchema, offsetOf, pageOf, pageQuerySchema, pageReplySchema } from '../http/paging.ts'
import type { MonitoringService } from './monitoring-service.ts'

const nameParams = z.object({ name: nameSchema })
const alertParams = z.object({ id: idSchema('alert') })
const spanQuery = z.object({ from: timestampSchema.optional(), until: timestampSchema.optional() })

const spanOf = ({ from, until }: z.infer<typeof spanQuery>) => ({
  ...(from !== undefined && { from: Date.parse(from) }),
  ...(until !== undefined && { until: Date.parse(until) }),
})

export function addMonitorRoutes(app: App, monitoring: MonitoringService): void {
  const tags = ['monitors']
  app.get(
    '/api/v1/monitors',
    {
      schema: {
        tags,
        summary: 'Monitors by name',
        querystring: pageQuerySchema,
        response: { 200: pageReplySchema(monitorSchema) },
      },
    },
    async ({ query }) => {
      const [all, offset] = [await monitoring.list(), offsetOf(query)]
      return pageOf(all.slice(offset, offset + query.limit), all.length, offset)
    },
  )
  app.get(
    '/api/v1/monitors/:name',
    { schema: { tags, summary: 'A monitor', params: nameParams, response: { 200: monitorSchema } } },
    async ({ params }) => monitoring.get(params.name),
  )
  app.put(
    '/api/v1/monitors/:name',
    {
      schema: {
        tags,
        summary: 'Create or change a monitor',
        params: nameParams,
        body: monitorSpecSchema,
        response: { 200: monitorSchema },
      },
    },
    async ({ params, body }) => {
      if (params.name === body.name) return monitoring.apply(body)
      const message = `The spec is of monitor "${body.name}", the address of "${params.name}".`
      throw new RegiaError('INVALID_INPUT', message, { where: 'body.name' })
    },
  )
  app.get(
    '/api/v1/monitors/:name/windows',
    {
      schema: {
        tags,
        summary: 'Windows, newest last; "nextCursor" leads to older ones',
        params: nameParams,
        querystring: pageQuerySchema.extend(spanQuery.shape),
        response: { 200: pageReplySchema(windowResultSchema) },
      },
    },
    async ({ params, query }) =>
      monitoring.windows(params.name, { limit: query.limit, cursor: query.cursor, ...spanOf(query) }),
  )
  app.get(
    '/api/v1/monitors/:name/distributions',
    {
      schema: {
        tags,
        summary: 'Reference and what was seen, column by column; of the last window unless a span is given',
        params: nameParams,
        querystring: spanQuery,
        response: {
          200: z.object({
            from: timestampSchema,
            until: timestampSchema,
            columns: listReplySchema(distributionSchema),
          }),
        },
      },
    },
    async ({ params, query }) => monitoring.distributions(params.name, spanOf(query)),
  )
  app.post(
    '/api/v1/monitors/:name/evaluate',
    {
      schema: {
        tags,
        summary: 'Evaluate what can be evaluated now',
        params: nameParams,
        response: { 200: monitorSchema },
      },
    },
    async ({ params }) => monitoring.evaluate(params.name),
  )
}

export function addAlertRoutes(app: App, monitoring: MonitoringService): void {
  const tags = ['alerts']
  app.get(
    '/api/v1/alerts',
    {
      schema: {
        tags,
        summary: 'Alerts, newest first',
        querystring: pageQuerySchema.extend({
          status: z.string().max(100).optional(),
          monitor: nameSchema.optional(),
        }),
        response: { 200: pageReplySchema(alertSchema) },
      },
    },
    async ({ query }) => monitoring.alerts(query),
  )
  app.get(
    '/api/v1/alerts/:id',
    { schema: { tags, summary: 'An alert', params: alertParams, response: { 200: alertSchema } } },
    async ({ params }) => monitoring.alert(params.id),
  )
  app.post(
    '/api/v1/alerts/:id/acknowledge',
    {
      schema: { tags, summary: 'Note that a person has seen it', params: alertParams, response: { 200: alertSchema } },
    },
    async ({ params }) => monitoring.acknowledge(params.id),
  )
}
