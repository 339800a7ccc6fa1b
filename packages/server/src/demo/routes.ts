import { demoActionSchema, demoSchema, nameSchema } from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import { listReplySchema } from '../http/paging.ts'
import type { DemoService } from './demo-service.ts'

const tags = ['demo']

export function addDemoRoutes(app: App, demo: DemoService): void {
  app.get(
    '/api/v1/demo',
    {
      schema: {
        tags,
        summary: 'The demonstration that runs; no content where there is none',
        response: { 200: demoSchema, 204: z.undefined() },
      },
    },
    async (_, reply) => {
      const found = await demo.find()
      return found ? reply.code(200).send(found) : reply.code(204).send()
    },
  )
  app.put(
    '/api/v1/demo',
    {
      schema: {
        tags,
        summary: 'For the client that tells it: how far it is',
        body: demoSchema,
        response: { 200: demoSchema },
      },
    },
    async ({ body }) => demo.set(body),
  )
  app.post(
    '/api/v1/demo/actions',
    {
      schema: {
        tags,
        summary: 'For the client that tells it: wishes not yet fetched',
        response: { 200: z.object({ actions: listReplySchema(demoActionSchema) }) },
      },
    },
    async () => ({ actions: await demo.takeWishes() }),
  )
  app.post(
    '/api/v1/demo/actions/:name',
    {
      schema: {
        tags,
        summary: 'Ask for one of its actions to start or stop',
        params: z.object({ name: nameSchema }),
        body: z.strictObject({ active: z.boolean() }),
        response: { 200: demoActionSchema },
      },
    },
    async ({ params, body }) => demo.wish(params.name, body.active),
  )
}
