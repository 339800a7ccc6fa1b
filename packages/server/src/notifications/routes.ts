import { nameSchema, notificationSchema, notifierSchema, notifierSpecSchema, RegiaError } from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import { offsetOf, pageQuerySchema, pageReplySchema } from '../http/paging.ts'
import type { NotificationService } from './notification-service.ts'

const nameParams = z.object({ name: nameSchema })

export function addNotificationRoutes(app: App, notifications: NotificationService): void {
  const tags = ['notifications']
  app.get(
    '/api/v1/notifiers',
    {
      schema: {
        tags,
        summary: 'Notifiers by name',
        querystring: pageQuerySchema,
        response: { 200: pageReplySchema(notifierSchema) },
      },
    },
    async ({ query }) => notifications.list({ limit: query.limit, offset: offsetOf(query) }),
  )
  app.put(
    '/api/v1/notifiers/:name',
    {
      schema: {
        tags,
        summary: 'Create or change a notifier',
        params: nameParams,
        body: notifierSpecSchema,
        response: { 200: notifierSchema },
      },
    },
    async ({ params, body }) => {
      if (params.name === body.name) return notifications.apply(body)
      const message = `The spec is of notifier "${body.name}", the address of "${params.name}".`
      throw new RegiaError('INVALID_INPUT', message, { where: 'body.name' })
    },
  )
  app.delete(
    '/api/v1/notifiers/:name',
    { schema: { tags, summary: 'Remove a notifier; what it told stays', params: nameParams } },
    async ({ params }, reply) => {
      await notifications.remove(params.name)
      return reply.code(204).send()
    },
  )
  app.post(
    '/api/v1/notifiers/:name/test',
    {
      schema: { tags, summary: 'Send a trial message now', params: nameParams, response: { 200: notificationSchema } },
    },
    async ({ params }) => notifications.test(params.name),
  )
  app.get(
    '/api/v1/notifications',
    {
      schema: {
        tags,
        summary: 'What was told to whom, newest first',
        querystring: pageQuerySchema.extend({ notifier: nameSchema.optional() }),
        response: { 200: pageReplySchema(notificationSchema) },
      },
    },
    async ({ query }) =>
      notifications.notifications({ notifier: query.notifier, limit: query.limit, offset: offsetOf(query) }),
  )
}
