import { modelNameSchema, modelOptimisationSchema, optimiseModelSchema } from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import { listReplySchema } from '../http/paging.ts'
import type { ModelOptimiser } from './optimising/model-optimiser.ts'

const tags = ['models']
const nameParams = z.object({ name: modelNameSchema })

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
        summary: 'Optimisations of a model since the server started, newest first',
        params: nameParams,
        response: { 200: z.object({ items: listReplySchema(modelOptimisationSchema) }) },
      },
    },
    async ({ params }) => ({ items: optimiser.list(params.name) }),
  )
  app.get(
    '/api/v1/models/:name/optimisations/:id',
    {
      schema: {
        tags,
        summary: 'How far an optimisation is, and its report when it is done',
        params: nameParams.extend({ id: z.string().min(1).max(100) }),
        response: { 200: modelOptimisationSchema },
      },
    },
    async ({ params }) => optimiser.get(params.id, params.name),
  )
}
