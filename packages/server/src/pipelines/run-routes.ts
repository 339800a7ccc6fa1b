import {
  idSchema,
  logLineSchema,
  mapItemSchema,
  metricPointSchema,
  nameSchema,
  runSchema,
  runSummarySchema,
} from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import { listReplySchema, offsetOf, pageQuerySchema, pageReplySchema } from '../http/paging.ts'
import type { PipelineService } from './pipeline-service.ts'

const runParams = z.object({ id: idSchema('run') })
export function addRunRoutes(app: App, pipelines: PipelineService): void {
  const tags = ['runs']
  app.get(
    '/api/v1/runs',
    {
      schema: {
        tags,
        summary: 'Runs, newest first unless sorted',
        querystring: pageQuerySchema.extend({
          pipeline: nameSchema.optional(),
          status: z.string().max(200).optional(),
          search: z.string().max(200).optional(),
          sort: z.string().max(50).optional(),
        }),
        response: { 200: pageReplySchema(runSummarySchema) },
      },
    },
    async ({ query }) => pipelines.runs.list({ ...query, offset: offsetOf(query) }),
  )
  app.get(
    '/api/v1/runs/:id',
    { schema: { tags, summary: 'A run with its graph and steps', params: runParams, response: { 200: runSchema } } },
    async ({ params }) => pipelines.runs.get(params.id),
  )
  app.get(
    '/api/v1/runs/:id/logs',
    {
      schema: {
        tags,
        summary: 'Log lines after the given one, oldest first; pass "next" as "after" for the following ones',
        params: runParams,
        querystring: z.object({
          step: nameSchema.optional(),
          attempt: z.coerce.number().int().positive().optional(),
          item: z.coerce.number().int().nonnegative().optional(),
          after: z.coerce.number().int().nonnegative().default(0),
          limit: z.coerce.number().int().min(1).max(5000).default(1000),
          search: z.string().max(200).optional(),
        }),
        response: { 200: z.object({ lines: listReplySchema(logLineSchema), next: z.number().int() }) },
      },
    },
    async ({ params, query }) => pipelines.runs.logs(params.id, query),
  )
  app.get(
    '/api/v1/runs/:id/steps/:step/items',
    {
      schema: {
        tags,
        summary: 'The elements of a mapped step, in order; "status" may name several, comma-separated',
        params: runParams.extend({ step: nameSchema }),
        querystring: pageQuerySchema.extend({ status: z.string().max(200).optional() }),
        response: { 200: pageReplySchema(mapItemSchema) },
      },
    },
    async ({ params, query }) => pipelines.runs.mapItems(params.id, params.step, { ...query, offset: offsetOf(query) }),
  )
  app.get(
    '/api/v1/runs/:id/metrics',
    {
      schema: {
        tags,
        summary: 'Every number that the run logged',
        params: runParams,
        response: { 200: z.object({ points: listReplySchema(metricPointSchema) }) },
      },
    },
    async ({ params }) => ({ points: await pipelines.runs.metrics(params.id) }),
  )
}
