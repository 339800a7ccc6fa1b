import { datasetSchema, datasetVersionSchema, nameSchema, rowSchema, tableSchemaSchema } from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import { offsetOf, pageQuerySchema, pageReplySchema } from '../http/paging.ts'
import type { DataService } from './data-service.ts'

const tags = ['datasets']
const nameParams = z.object({ name: nameSchema })
const versionParams = nameParams.extend({
  version: z.union([z.literal('latest'), z.coerce.number().int().positive()]),
})

export function addDataRoutes(app: App, data: DataService): void {
  app.get(
    '/api/v1/datasets',
    {
      schema: {
        tags,
        summary: 'Datasets by name',
        querystring: pageQuerySchema,
        response: { 200: pageReplySchema(datasetSchema) },
      },
    },
    async ({ query }) => data.list({ limit: query.limit, offset: offsetOf(query) }),
  )
  app.get(
    '/api/v1/datasets/:name',
    { schema: { tags, summary: 'A dataset', params: nameParams, response: { 200: datasetSchema } } },
    async ({ params }) => data.get(params.name),
  )
  app.get(
    '/api/v1/datasets/:name/versions',
    {
      schema: {
        tags,
        summary: 'Versions of a dataset, newest first',
        params: nameParams,
        querystring: pageQuerySchema,
        response: { 200: pageReplySchema(datasetVersionSchema) },
      },
    },
    async ({ params, query }) => data.listVersions(params.name, { limit: query.limit, offset: offsetOf(query) }),
  )
  app.post(
    '/api/v1/datasets/:name/versions',
    {
      schema: {
        tags,
        summary: 'Ingest a file of the project; the same content again is the same version',
        params: nameParams,
        body: z.strictObject({
          path: z.string().min(1).max(4096),
          schema: tableSchemaSchema.optional(),
          description: z.string().max(2000).optional(),
        }),
        response: { 200: datasetVersionSchema },
      },
    },
    async ({ params, body }) => data.ingest({ ...body, name: params.name }),
  )
  app.get(
    '/api/v1/datasets/:name/versions/:version',
    {
      schema: {
        tags,
        summary: 'A version, by its number or "latest"',
        params: versionParams,
        response: { 200: datasetVersionSchema },
      },
    },
    async ({ params }) => data.getVersion(params.name, params.version),
  )
  app.get(
    '/api/v1/datasets/:name/versions/:version/rows',
    {
      schema: {
        tags,
        summary: 'Rows of a version, or its quarantined rows with their reason in _reason',
        params: versionParams,
        querystring: pageQuerySchema.extend({ quarantined: z.stringbool().default(false) }),
        response: { 200: pageReplySchema(rowSchema) },
      },
    },
    async ({ params, query }) =>
      data.listRows(params.name, params.version, query.quarantined, { limit: query.limit, offset: offsetOf(query) }),
  )
}
