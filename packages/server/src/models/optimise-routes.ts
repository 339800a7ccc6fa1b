import { modelNameSchema, modelOptimisationSchema, optimisationStatusSchema, optimiseModelSchema } from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import { offsetOf, pageQuerySchema, pageReplySchema } from '../http/paging.ts'
import type { ModelOptimiser } from './optimising/model-optimiser.ts'

const tags = ['models']
const nameParams = z.object({ name: modelNameSchema })
const idParams = z.object({ id: z.string().min(1).max(100) })
const querystring = pageQuerySchema.extend({ status: optimisationStatusSchema.optional() })
const one = { 200: modelOptimisationSchema }
const page = { 200: pageReplySchema(modelOptimisationSchema) }

/** @param operator - Who asks where nobody else is named. */
export function addOptimiseRoutes(app: App, optimiser: ModelOptimiser, operator: string): void {
  app.post(
    '/api/v1/models/:name/versions/:version/optimisations',
    {
      schema: {
        tags,
        summary: 'Make a version smaller or faster in the background; a new version is registered only where that pays',
        params: nameParams.extend({ version: z.string().min(1).max(255) }),
        body: optimiseModelSchema,
        response: { 202: modelOptimisationSchema },
      },
    },
    async ({ params, body }, reply) =>
      reply.code(202).send(await optimiser.start(params.name, params.version, body, operator)),
  )
  app.get(
    '/api/v1/models/:name/optimisations',
    {
      schema: {
        tags,
        summary: 'Optimisations of a model, newest first',
        params: nameParams,
        querystring,
        response: page,
      },
    },
    async ({ params, query }) => optimiser.list({ ...query, model: params.name, offset: offsetOf(query) }),
  )
  app.get(
    '/api/v1/models/:name/optimisations/:id',
    {
      schema: {
        tags,
        summary: 'How far an optimisation of a model is, and its report when it is done',
        params: nameParams.extend(idParams.shape),
        response: one,
      },
    },
    async ({ params }) => optimiser.get(params.id, params.name),
  )
  addOptimisations(app, optimiser)
}

/** Those of all models. */
function addOptimisations(app: App, optimiser: ModelOptimiser): void {
  app.get(
    '/api/v1/optimisations',
    { schema: { tags, summary: 'Optimisations of all models, newest first', querystring, response: page } },
    async ({ query }) => optimiser.list({ ...query, offset: offsetOf(query) }),
  )
  app.get(
    '/api/v1/optimisations/:id',
    { schema: { tags, summary: 'How far an optimisation is, and its report', params: idParams, response: one } },
    async ({ params }) => optimiser.get(params.id),
  )
  app.post(
    '/api/v1/optimisations/:id/cancel',
    { schema: { tags, summary: 'End an optimisation', params: idParams, response: one } },
    async ({ params }) => optimiser.cancel(params.id),
  )
  app.delete(
    '/api/v1/optimisations/:id',
    { schema: { tags, summary: 'Delete an optimisation that is over; what it made stays', params: idParams } },
    async ({ params }, reply) => {
      await optimiser.delete(params.id)
      return reply.code(204).send()
    },
  )
}
