import { experimentIdSchema, searchRunsSchema, trackedRunSchema, trackingFieldsSchema } from '@regia/core'
import { z } from 'zod'
import type { App } from '../../http/app.ts'
import { listReplySchema } from '../../http/paging.ts'
import { runReply } from '../replies.ts'
import type { RunSearchService } from './run-search-service.ts'

const tags = ['tracking']
const countSchema = searchRunsSchema.pick({ experiments: true, filter: true, lifecycle: true, parent: true })
const fieldsSchema = z.strictObject({
  experiments: z.array(experimentIdSchema).max(1_000).optional(),
  prefix: z.string().max(250).optional(),
})

export function addSearchRoutes(app: App, search: RunSearchService): void {
  app.post(
    '/api/v1/tracking/search',
    {
      schema: {
        tags,
        summary: 'Runs that match a filter, in an order, a page at a time',
        body: searchRunsSchema.prefault({}),
        response: { 200: z.object({ items: listReplySchema(trackedRunSchema), nextCursor: z.string().optional() }) },
      },
    },
    async ({ body: { experiments, ...query } }) => {
      const page = await search.search({ ...query, ...(experiments !== undefined && { experimentIds: experiments }) })
      return { ...page, items: page.items.map((run) => ({ ...runReply(run), childCount: run.childCount ?? 0 })) }
    },
  )
  app.post(
    '/api/v1/tracking/count',
    {
      schema: {
        tags,
        summary: 'How many runs match a filter',
        body: countSchema.prefault({}),
        response: { 200: z.object({ total: z.number().int().nonnegative() }) },
      },
    },
    async ({ body: { experiments, ...query } }) => ({
      total: await search.count({ ...query, ...(experiments !== undefined && { experimentIds: experiments }) }),
    }),
  )
  app.post(
    '/api/v1/tracking/fields',
    {
      schema: {
        tags,
        summary: 'Keys of params, metrics and tags that runs have, the most used first',
        body: fieldsSchema.prefault({}),
        response: { 200: trackingFieldsSchema },
      },
    },
    async ({ body }) => search.fields(body.experiments, body.prefix),
  )
}
