import { catalogItemSchema, catalogPreviewSchema, nameSchema } from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import { listReplySchema, offsetOf, pageQuerySchema } from '../http/paging.ts'
import type { CatalogService } from './catalog-service.ts'

const tags = ['catalog']
const params = z.object({ name: nameSchema })
const versionQuery = z.object({ version: z.coerce.number().int().positive().optional() })

export function addCatalogRoutes(app: App, catalog: CatalogService): void {
  app.get(
    '/api/v1/pipelines/:name/catalog',
    {
      schema: {
        tags,
        summary: 'The catalog of a pipeline, with what each entry holds now',
        params,
        querystring: versionQuery,
        response: { 200: z.object({ entries: listReplySchema(catalogItemSchema) }) },
      },
    },
    async ({ params, query }) => ({ entries: await catalog.list(params.name, query.version) }),
  )
  app.get(
    '/api/v1/pipelines/:name/catalog/:entry/preview',
    {
      schema: {
        tags,
        summary: 'The first rows, the text or the value of a catalog entry, as a run that starts now would read it',
        params: params.extend({ entry: nameSchema }),
        querystring: pageQuerySchema.extend(versionQuery.shape),
        response: { 200: catalogPreviewSchema },
      },
    },
    async ({ params, query }) =>
      catalog.preview(params.name, params.entry, query.version, { limit: query.limit, offset: offsetOf(query) }),
  )
}
