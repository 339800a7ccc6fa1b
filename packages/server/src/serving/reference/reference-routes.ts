import { endpointReferenceSchema, nameSchema, takeReferenceSchema } from '@regia/core'
import { z } from 'zod'
import type { App } from '../../http/app.ts'
import type { Serving } from '../serving.ts'

const tags = ['endpoints']
const params = z.object({ name: nameSchema })

export function addReferenceRoutes(app: App, { references }: Pick<Serving, 'references'>): void {
  app.get(
    '/api/v1/endpoints/:name/reference',
    {
      schema: {
        tags,
        summary: 'What windows of the version that serves are compared with, or how to get it',
        params,
        response: { 200: endpointReferenceSchema },
      },
    },
    async (request) => references.get(request.params.name),
  )
  app.post(
    '/api/v1/endpoints/:name/reference',
    {
      schema: {
        tags,
        summary: 'Take the predictions of a span of event time as the reference of a version that came without one',
        params,
        body: takeReferenceSchema,
        response: { 200: endpointReferenceSchema },
      },
    },
    async (request) => references.take(request.params.name, request.body),
  )
}
