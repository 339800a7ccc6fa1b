import { aliasMoveSchema, modelVersionSchema, nameSchema, registeredModelSchema } from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import { offsetOf, pageQuerySchema, pageReplySchema } from '../http/paging.ts'
import type { ModelService } from './model-service.ts'

const tags = ['models']
const nameParams = z.object({ name: nameSchema })
const versionParams = nameParams.extend({ version: nameSchema })

/** @param operator - Who promotes: the person that the server runs as. */
export function addModelRoutes(app: App, models: ModelService, operator: string): void {
  app.get(
    '/api/v1/models',
    {
      schema: {
        tags,
        summary: 'Registered models by name',
        querystring: pageQuerySchema,
        response: { 200: pageReplySchema(registeredModelSchema) },
      },
    },
    async ({ query }) => models.list({ limit: query.limit, offset: offsetOf(query) }),
  )
  app.get(
    '/api/v1/models/:name',
    { schema: { tags, summary: 'A registered model', params: nameParams, response: { 200: registeredModelSchema } } },
    async ({ params }) => models.get(params.name),
  )
  app.get(
    '/api/v1/models/:name/versions',
    {
      schema: {
        tags,
        summary: 'Versions of a model, newest first',
        params: nameParams,
        querystring: pageQuerySchema,
        response: { 200: pageReplySchema(modelVersionSchema) },
      },
    },
    async ({ params, query }) => models.listVersions(params.name, { limit: query.limit, offset: offsetOf(query) }),
  )
  app.get(
    '/api/v1/models/:name/versions/:version',
    {
      schema: {
        tags,
        summary: 'A version, by its number or an alias',
        params: versionParams,
        response: { 200: modelVersionSchema },
      },
    },
    async ({ params }) => models.getVersion(params.name, params.version),
  )
  app.post(
    '/api/v1/models/:name/versions/:version/promote',
    {
      schema: {
        tags,
        summary: 'Move an alias to a version; endpoints that follow the alias change what they serve',
        params: versionParams,
        body: z.strictObject({ alias: nameSchema, reason: z.string().max(2000).optional() }),
        response: { 200: modelVersionSchema },
      },
    },
    async ({ params, body }) =>
      models.promote({
        model: params.name,
        version: params.version,
        alias: body.alias,
        by: operator,
        reason: body.reason ?? 'Moved by hand.',
      }),
  )
  app.get(
    '/api/v1/models/:name/history',
    {
      schema: {
        tags,
        summary: 'How aliases moved, newest first',
        params: nameParams,
        querystring: pageQuerySchema,
        response: { 200: pageReplySchema(aliasMoveSchema) },
      },
    },
    async ({ params, query }) => models.listMoves(params.name, { limit: query.limit, offset: offsetOf(query) }),
  )
}
