import {
  createModelSchema,
  modelNameSchema,
  modelVersionSchema,
  registeredModelSchema,
  searchRegistrySchema,
  updateModelSchema,
} from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import { listReplySchema, offsetOf, pageReplySchema } from '../http/paging.ts'
import { addAliasRoutes } from './alias-routes.ts'
import { addCardRoutes } from './card-routes.ts'
import { deletedQuerySchema } from './deleted-query.ts'
import type { ModelService } from './model-service.ts'
import { addVersionRoutes } from './version-routes.ts'

const tags = ['models']
const nameParams = z.object({ name: modelNameSchema })
const response = { 200: registeredModelSchema }

/** @param operator - Who acts: the person that the server runs as. */
export function addModelRoutes(app: App, models: ModelService, operator: string): void {
  addRegistryRoutes(app, models)
  app.get(
    '/api/v1/models/:name',
    { schema: { tags, summary: 'A registered model', params: nameParams, response } },
    async ({ params }) => models.get(params.name),
  )
  app.post(
    '/api/v1/models/:name',
    {
      schema: {
        tags,
        summary: 'Another name, description, tags or protected aliases; null takes a tag away',
        params: nameParams,
        body: updateModelSchema,
        response,
      },
    },
    async ({ params, body }) => models.change(params.name, body),
  )
  app.post(
    '/api/v1/models/:name/delete',
    {
      schema: {
        tags,
        summary: 'Delete a model with its versions; it can be restored until it is purged, its name is free at once',
        params: nameParams,
        response: { 204: z.undefined() },
      },
    },
    async ({ params }, reply) => {
      await models.delete(params.name, operator)
      return reply.code(204).send()
    },
  )
  app.post(
    '/api/v1/models/:name/restore',
    { schema: { tags, summary: 'Bring a deleted model back with versions and aliases', params: nameParams, response } },
    async ({ params }) => models.restore(params.name),
  )
  addVersionRoutes(app, models, operator)
  addAliasRoutes(app, models, operator)
  addCardRoutes(app, models.cards, operator)
}

function addRegistryRoutes(app: App, models: ModelService): void {
  app.get(
    '/api/v1/models',
    {
      schema: {
        tags,
        summary: 'Registered models by name; with "deleted" those that can be restored',
        querystring: deletedQuerySchema,
        response: { 200: pageReplySchema(registeredModelSchema) },
      },
    },
    async ({ query }) => models.list({ limit: query.limit, offset: offsetOf(query) }, query.deleted),
  )
  app.post(
    '/api/v1/models',
    { schema: { tags, summary: 'A new registered model without versions', body: createModelSchema, response } },
    async ({ body }) => models.create(body),
  )
  app.post(
    '/api/v1/registry/search',
    {
      schema: {
        tags,
        summary: 'Registered models that match a filter, a page at a time',
        body: searchRegistrySchema.prefault({}),
        response: { 200: foundReplySchema(registeredModelSchema) },
      },
    },
    async ({ body }) => models.search(body),
  )
  app.post(
    '/api/v1/registry/search-versions',
    {
      schema: {
        tags,
        summary: 'Versions of any model that match a filter, a page at a time',
        body: searchRegistrySchema.prefault({}),
        response: { 200: foundReplySchema(modelVersionSchema) },
      },
    },
    async ({ body }) => models.searchVersions(body),
  )
}

const foundReplySchema = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: listReplySchema(item), nextCursor: z.string().optional() })
