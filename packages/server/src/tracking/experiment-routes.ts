import { experimentIdSchema, experimentSchema, LIFECYCLES, TRACKING_LIMITS, tagsSchema } from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import { offsetOf, pageQuerySchema, pageReplySchema } from '../http/paging.ts'
import type { ExperimentService } from './experiment-service.ts'
import { experimentReply } from './replies.ts'

const tags = ['tracking']
const idParams = z.object({ id: experimentIdSchema })
const nameSchema = z.string().min(1).max(TRACKING_LIMITS.experimentNameLength)
const noteSchema = z.string().max(TRACKING_LIMITS.noteLength)
const response = { 200: experimentSchema }

export function addExperimentRoutes(app: App, experiments: ExperimentService): void {
  app.get(
    '/api/v1/experiments',
    {
      schema: {
        tags,
        summary: 'Experiments, the one that changed last first; "search" is part of a name',
        querystring: pageQuerySchema.extend({
          search: z.string().max(500).optional(),
          lifecycle: z.enum([...LIFECYCLES, 'all']).default('active'),
        }),
        response: { 200: pageReplySchema(experimentSchema.extend({ runCount: z.number().int() })) },
      },
    },
    async ({ query }) => {
      const { limit, search, lifecycle } = query
      const page = await experiments.list({ limit, offset: offsetOf(query), search, lifecycle })
      return {
        ...page,
        items: page.items.map((item) => ({ ...experimentReply(item), runCount: item.runCount })),
      }
    },
  )
  app.post(
    '/api/v1/experiments',
    {
      schema: {
        tags,
        summary: 'A new experiment; the name of a deleted one can be used again',
        body: z.strictObject({ name: nameSchema, note: noteSchema.optional(), tags: tagsSchema.optional() }),
        response,
      },
    },
    async ({ body }) =>
      experimentReply(
        await experiments.create({
          name: body.name,
          ...(body.note !== undefined && { note: body.note }),
          ...(body.tags && { tags: body.tags }),
        }),
      ),
  )
  addOneExperimentRoutes(app, experiments)
}

function addOneExperimentRoutes(app: App, experiments: ExperimentService): void {
  app.get(
    '/api/v1/experiments/:id',
    { schema: { tags, summary: 'An experiment, also a deleted one', params: idParams, response } },
    async ({ params }) => experimentReply(await experiments.get(params.id)),
  )
  app.post(
    '/api/v1/experiments/:id',
    {
      schema: {
        tags,
        summary: 'Another name, note or tags; null takes a note or tag away',
        params: idParams,
        body: z.strictObject({
          name: nameSchema.optional(),
          note: noteSchema.nullable().optional(),
          tags: z.record(z.string(), z.string().nullable()).optional(),
        }),
        response,
      },
    },
    async ({ params, body }) => experimentReply(await experiments.update(params.id, body)),
  )
  app.post(
    '/api/v1/experiments/:id/delete',
    { schema: { tags, summary: 'Delete it with its runs; both can be restored', params: idParams, response } },
    async ({ params }) => experimentReply(await experiments.delete(params.id)),
  )
  app.post(
    '/api/v1/experiments/:id/restore',
    {
      schema: {
        tags,
        summary: 'Bring a deleted one back, with the runs that went with it',
        params: idParams,
        response,
      },
    },
    async ({ params }) => experimentReply(await experiments.restore(params.id)),
  )
}
