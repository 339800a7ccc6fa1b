import {
  experimentIdSchema,
  loggedModelSchema,
  pageQuerySchema,
  putLoggedModelSchema,
  trackedRunIdSchema,
} from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import type { LoggedModelService } from './logged-model-service.ts'
import { loggedModelReply } from './replies.ts'

const tags = ['tracking']

export function addLoggedModelRoutes(app: App, loggedModels: LoggedModelService): void {
  app.get(
    '/api/v1/tracking/models',
    {
      schema: {
        tags,
        summary: 'Models that runs logged, newest first',
        querystring: pageQuerySchema.extend({
          experiment: experimentIdSchema.optional(),
          run: trackedRunIdSchema.optional(),
        }),
        response: { 200: z.object({ items: z.array(loggedModelSchema), nextCursor: z.string().optional() }) },
      },
    },
    async ({ query }) => {
      const { experiment, run, limit, cursor } = query
      const { items, nextCursor } = await loggedModels.search({
        limit,
        cursor,
        experimentIds: experiment === undefined ? undefined : [experiment],
        // Nothing that a run's id may hold needs quoting.
        ...(run !== undefined && { filter: `run = '${run}'` }),
      })
      return { items: items.map(loggedModelReply), ...(nextCursor !== undefined && { nextCursor }) }
    },
  )
  app.get(
    '/api/v1/tracking/models/:id',
    {
      schema: {
        tags,
        summary: 'A model that a run logged',
        params: z.object({ id: loggedModelSchema.shape.id }),
        response: { 200: loggedModelSchema },
      },
    },
    async ({ params }) => loggedModelReply(await loggedModels.get(params.id)),
  )
  app.put(
    '/api/v1/tracking/models/:id',
    {
      schema: {
        tags,
        summary: 'Keep a model that was logged elsewhere under its own id',
        params: z.object({ id: loggedModelSchema.shape.id }),
        body: putLoggedModelSchema,
        response: { 200: loggedModelSchema },
      },
    },
    async ({ params: { id }, body }) => {
      const { experimentId, name, modelType, status, sourceRunId } = body
      const model = await loggedModels.create({
        ...{ id, experimentId, status, params: entriesOf(body.params), tags: entriesOf(body.tags) },
        ...(name !== undefined && { name }),
        ...(modelType !== undefined && { modelType }),
        ...(sourceRunId !== undefined && { sourceRunId }),
      })
      return loggedModelReply(model)
    },
  )
  app.post(
    '/api/v1/tracking/models/:id',
    {
      schema: {
        tags,
        summary: 'Say how the logging of a model ended',
        params: z.object({ id: loggedModelSchema.shape.id }),
        body: z.strictObject({ status: z.enum(['ready', 'failed']) }),
        response: { 200: loggedModelSchema },
      },
    },
    async ({ params, body }) => loggedModelReply(await loggedModels.setStatus(params.id, body.status)),
  )
}

const entriesOf = (texts: Readonly<Record<string, string>>) =>
  Object.entries(texts).map(([key, value]) => ({ key, value }))
