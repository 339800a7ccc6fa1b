import fastifySwagger from '@fastify/swagger'
import fastifySwaggerUi from '@fastify/swagger-ui'
import { createJsonSchemaTransform } from 'fastify-type-provider-zod'
import type { App } from './app.ts'

/** The OpenAPI description and an interactive page of it. Nothing is described before somebody asks; nothing comes from outside. */
export async function addDocs(app: App, version: string): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Regia',
        version,
        description: 'The control plane and gateway of Regia.',
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
