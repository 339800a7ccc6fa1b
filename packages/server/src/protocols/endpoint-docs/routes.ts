import { nameSchema } from '@regia/core'
import { z } from 'zod'
import type { App } from '../../http/app.ts'
import { CONTENT_SECURITY_POLICY, docsPage, docsScript } from './docs-page.ts'
import { type DescribedEndpoint, endpointOpenApi } from './endpoint-openapi.ts'

export type EndpointDocsDeps = {
  /** @throws RegiaError `NOT_FOUND`, `ENDPOINT_NOT_READY` while no version is loaded. */
  readonly describe: (name: string) => DescribedEndpoint
}

const params = z.object({ name: nameSchema })
const tags = ['endpoints']

/** The description of each endpoint, and a page to try it. */
export function addEndpointDocs(app: App, { describe }: EndpointDocsDeps): void {
  app.get(
    '/api/v1/endpoints/:name/openapi.json',
    { schema: { tags, summary: 'The OpenAPI description of an endpoint, with an example of its model', params } },
    async ({ params: { name } }) => endpointOpenApi(describe(name)),
  )
  app.get(
    '/api/v1/endpoints/:name/docs',
    { schema: { tags, summary: 'A page to try an endpoint', params } },
    async ({ params: { name } }, reply) => {
      describe(name)
      return reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', CONTENT_SECURITY_POLICY)
        .serializer(String)
        .send(docsPage(name))
    },
  )
  app.get('/api/v1/endpoints/:name/docs.js', { schema: { hide: true, params } }, async ({ params: { name } }, reply) =>
    reply.type('text/javascript; charset=utf-8').serializer(String).send(docsScript(name)),
  )
}
