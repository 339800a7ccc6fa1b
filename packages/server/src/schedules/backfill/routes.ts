import { backfillItemSchema, backfillSchema, backfillSpecSchema, idSchema, nameSchema } from '@regia/core'
import { z } from 'zod'
import type { App } from '../../http/app.ts'
import { offsetOf, pageQuerySchema, pageReplySchema } from '../../http/paging.ts'
import type { BackfillService } from './backfill-service.ts'

const idParams = z.object({ id: idSchema('backfill') })

export function addBackfillRoutes(app: App, backfills: BackfillService): void {
  const tags = ['backfills']
  app.get(
    '/api/v1/backfills',
    {
      schema: {
        tags,
        summary: 'Back-fills, newest first',
        querystring: pageQuerySchema.extend({ pipeline: nameSchema.optional() }),
        response: { 200: pageReplySchema(backfillSchema) },
      },
    },
    async ({ query }) => backfills.list({ pipeline: query.pipeline, limit: query.limit, offset: offsetOf(query) }),
  )
  app.post(
    '/api/v1/backfills',
    {
      schema: {
        tags,
        summary: 'Start one run per window or value',
        body: backfillSpecSchema,
        response: { 200: backfillSchema },
      },
    },
    async ({ body }) => backfills.start(body),
  )
  app.get(
    '/api/v1/backfills/:id',
    { schema: { tags, summary: 'A back-fill', params: idParams, response: { 200: backfillSchema } } },
    async ({ params }) => backfills.get(params.id),
  )
  app.get(
    '/api/v1/backfills/:id/items',
    {
      schema: {
        tags,
        summary: 'Its windows or values, in order',
        params: idParams,
        querystring: pageQuerySchema.extend({ status: z.string().max(100).optional() }),
        response: { 200: pageReplySchema(backfillItemSchema) },
      },
    },
    async ({ params, query }) =>
      backfills.items(params.id, { status: query.status, limit: query.limit, offset: offsetOf(query) }),
  )
  for (const action of ['restart', 'cancel'] as const) {
    app.post(
      `/api/v1/backfills/:id/${action}`,
      {
        schema: {
          tags,
          summary: action === 'restart' ? 'Run again what failed or was cancelled' : 'Let nothing of it go on',
          params: idParams,
          response: { 200: backfillSchema },
        },
      },
      async ({ params }) => backfills[action](params.id),
    )
  }
}
