import {
  newWebhookSchema,
  webhookChangeSchema,
  webhookDeliverySchema,
  webhookEventSchema,
  webhookSchema,
  webhookTestSchema,
} from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import { offsetOf, pageQuerySchema, pageReplySchema } from '../http/paging.ts'
import type { WebhookService } from './webhook-service.ts'

const tags = ['webhooks']
/** Its id, or its name where no other has it. */
const params = z.object({ webhook: z.string().min(1).max(100) })

export function addWebhookRoutes(app: App, webhooks: WebhookService): void {
  app.get(
    '/api/v1/webhooks',
    {
      schema: {
        tags,
        summary: 'Webhooks, newest first',
        querystring: pageQuerySchema,
        response: { 200: pageReplySchema(webhookSchema) },
      },
    },
    async ({ query }) => webhooks.list({ limit: query.limit, offset: offsetOf(query) }),
  )
  app.post(
    '/api/v1/webhooks',
    { schema: { tags, summary: 'A new webhook', body: newWebhookSchema, response: { 200: webhookSchema } } },
    async ({ body }) => webhooks.create(body),
  )
  app.get(
    '/api/v1/webhooks/:webhook',
    { schema: { tags, summary: 'A webhook', params, response: { 200: webhookSchema } } },
    async (request) => webhooks.get(request.params.webhook),
  )
  app.post(
    '/api/v1/webhooks/:webhook',
    {
      schema: {
        tags,
        summary: 'Change a webhook',
        params,
        body: webhookChangeSchema,
        response: { 200: webhookSchema },
      },
    },
    async (request) => webhooks.update(request.params.webhook, request.body),
  )
  app.delete(
    '/api/v1/webhooks/:webhook',
    { schema: { tags, summary: 'Remove a webhook; what it was not told yet is given up', params } },
    async (request, reply) => {
      await webhooks.delete(request.params.webhook)
      return reply.code(204).send()
    },
  )
  app.post(
    '/api/v1/webhooks/:webhook/test',
    {
      schema: {
        tags,
        summary: 'Send a trial message now',
        params,
        body: z.strictObject({ event: webhookEventSchema.optional() }).optional(),
        response: { 200: webhookTestSchema },
      },
    },
    async (request) => webhooks.test(request.params.webhook, request.body?.event),
  )
  app.get(
    '/api/v1/webhooks/:webhook/deliveries',
    {
      schema: {
        tags,
        summary: 'What a webhook was told, newest first',
        params,
        querystring: pageQuerySchema,
        response: { 200: pageReplySchema(webhookDeliverySchema) },
      },
    },
    async (request) =>
      webhooks.deliveries(request.params.webhook, { limit: request.query.limit, offset: offsetOf(request.query) }),
  )
}
