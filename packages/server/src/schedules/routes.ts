import { nameSchema, RegiaError, scheduleFiringSchema, scheduleSchema, scheduleSpecSchema } from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import { listReplySchema, offsetOf, pageQuerySchema, pageReplySchema } from '../http/paging.ts'
import type { ScheduleService } from './schedule-service.ts'

const nameParams = z.object({ name: nameSchema })

/** @param operator - Who fires schedules through the API. */
export function addScheduleRoutes(app: App, schedules: ScheduleService, operator: string): void {
  const tags = ['schedules']
  app.get(
    '/api/v1/schedules',
    {
      schema: {
        tags,
        summary: 'Schedules by name',
        querystring: pageQuerySchema.extend({ pipeline: nameSchema.optional() }),
        response: { 200: pageReplySchema(scheduleSchema) },
      },
    },
    async ({ query }) => schedules.list({ pipeline: query.pipeline, limit: query.limit, offset: offsetOf(query) }),
  )
  app.get(
    '/api/v1/schedules/:name',
    {
      schema: { tags, summary: 'A schedule with its next time', params: nameParams, response: { 200: scheduleSchema } },
    },
    async ({ params }) => schedules.get(params.name),
  )
  app.put(
    '/api/v1/schedules/:name',
    {
      schema: {
        tags,
        summary: 'Create or change a schedule; the secret of a webhook is shown once',
        params: nameParams,
        body: scheduleSpecSchema,
        response: { 200: scheduleSchema },
      },
    },
    async ({ params, body }) => {
      if (params.name === body.name) return schedules.apply(body)
      const message = `The spec is of schedule "${body.name}", the address of "${params.name}".`
      throw new RegiaError('INVALID_INPUT', message, { where: 'body.name' })
    },
  )
  app.delete(
    '/api/v1/schedules/:name',
    { schema: { tags, summary: 'Remove a schedule; its runs stay', params: nameParams } },
    async ({ params }, reply) => {
      await schedules.remove(params.name)
      return reply.code(204).send()
    },
  )
  for (const action of ['pause', 'resume'] as const) {
    app.post(
      `/api/v1/schedules/:name/${action}`,
      {
        schema: {
          tags,
          summary: action === 'pause' ? 'Let nothing run it' : 'Let it run again, from now on',
          params: nameParams,
          response: { 200: scheduleSchema },
        },
      },
      async ({ params }) => schedules[action](params.name),
    )
  }
  app.post(
    '/api/v1/schedules/:name/fire',
    {
      schema: { tags, summary: 'Run it now', params: nameParams, response: { 200: scheduleFiringSchema } },
    },
    async ({ params }) => schedules.fire(params.name, operator),
  )
  app.get(
    '/api/v1/schedules/:name/firings',
    {
      schema: {
        tags,
        summary: 'What came of its occasions, newest first',
        params: nameParams,
        querystring: pageQuerySchema,
        response: { 200: pageReplySchema(scheduleFiringSchema) },
      },
    },
    async ({ params, query }) => schedules.firings(params.name, { limit: query.limit, offset: offsetOf(query) }),
  )
  app.get(
    '/api/v1/schedule-times',
    {
      schema: {
        tags,
        summary: 'The next times of a cron line',
        querystring: z.object({
          cron: z.string().min(1).max(200),
          timezone: z.string().min(1).max(100).default('UTC'),
          count: z.coerce.number().int().min(1).max(100).default(5),
        }),
        response: { 200: z.object({ times: listReplySchema(z.string()) }) },
      },
    },
    async ({ query }) => ({ times: schedules.preview(query.cron, query.timezone, query.count) }),
  )
}
