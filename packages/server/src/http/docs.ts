import fastifySwagger from '@fastify/swagger'
import fastifySwaggerUi from '@fastify/swagger-ui'
import { createJsonSchemaTransform } from 'fastify-type-provider-zod'
import type { App } from './app.ts'

const DESCRIPTION = `The control plane and gateway of Regia.

MLflow's REST API is answered as well, for its clients: under \`/api/2.0\`, \`/api/3.0\`, \`/ajax-api\` and \`/get-artifact\`. It is not described here, because MLflow's own
documentation does so; what is offered and what differs stands in the page "MLflow clients" of the documentation.`

/** The OpenAPI description and an interactive page of it. Nothing is described before somebody asks; nothing comes from outside. */
export async function addDocs(app: App, version: string): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Regia',
        version,
        description: DESCRIPTION,
        license: { name: 'Apache-2.0' },
      },
    },
    transform: createJsonSchemaTransform({ zodToJsonConfig: { unrepresentable: 'any' } }),
  })
  await app.register(fastifySwaggerUi, {
    routePrefix: '/api/docs',
    staticCSP: true,
    theme: { title: 'Regia API' },
    // By default the page asks a validator on the internet about the description.
    uiConfig: { validatorUrl: null },
  })
  app.get('/api/v1/openapi.json', { schema: { hide: true } }, async () => app.swagger())
}
