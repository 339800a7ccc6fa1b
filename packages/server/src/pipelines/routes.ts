import {
  type Digest,
  digestSchema,
  nameSchema,
  type Page,
  pipelineGraphSchema,
  pipelineVersionSchema,
  planStepSchema,
  RegiaError,
  type Row,
  runOptionsSchema,
  runSummarySchema,
  type Trigger,
} from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import { listReplySchema, offsetOf, pageQuerySchema, pageReplySchema } from '../http/paging.ts'
import type { PipelineService } from './pipeline-service.ts'

/** Rows of a Parquet blob, for previews. */
export type ReadRows = (digest: Digest, limit: number, offset: number) => Promise<Page<Row>>

const nameParams = z.object({ name: nameSchema })
const listItemSchema = pipelineVersionSchema.extend({ lastRun: runSummarySchema.optional() })

const runBodySchema = z.strictObject(runOptionsSchema.shape)

export function addPipelineRoutes(app: App, pipelines: PipelineService, operator: string): void {
  const tags = ['pipelines']
  const byPerson: Trigger = { kind: 'person', by: operator }

  app.get(
    '/api/v1/pipelines',
    {
      schema: {
        tags,
        summary: 'The latest version of each pipeline, with its last run',
        querystring: pageQuerySchema,
        response: { 200: pageReplySchema(listItemSchema) },
      },
    },
    async ({ query }) => pipelines.list({ limit: query.limit, offset: offsetOf(query) }),
  )
  app.get(
    '/api/v1/pipelines/:name',
    {
      schema: {
        tags,
        summary: 'The latest version of a pipeline',
        params: nameParams,
        response: { 200: listItemSchema },
      },
    },
    async ({ params }) => pipelines.get(params.name),
  )
  app.get(
    '/api/v1/pipelines/:name/versions',
    {
      schema: {
        tags,
        summary: 'Versions of a pipeline, newest first',
        params: nameParams,
        querystring: pageQuerySchema,
        response: { 200: pageReplySchema(pipelineVersionSchema) },
      },
    },
    async ({ params, query }) => pipelines.listVersions(params.name, { limit: query.limit, offset: offsetOf(query) }),
  )
  app.post(
    '/api/v1/pipelines/:name/versions',
    {
      schema: {
        tags,
        summary: 'Keep a pipeline; an unchanged one keeps its version',
        params: nameParams,
        body: z.strictObject({
          graph: pipelineGraphSchema,
          bundleDigest: digestSchema,
          projectDir: z.string().min(1).max(4096),
        }),
        response: { 200: pipelineVersionSchema },
      },
    },
    async ({ params, body }) => {
      if (body.graph.name === params.name) return pipelines.deploy(body)
      throw new RegiaError(
        'INVALID_INPUT',
        `The graph is of pipeline "${body.graph.name}", the address of "${params.name}".`,
        {
          where: 'body.graph.name',
        },
      )
    },
  )
  app.post(
    '/api/v1/pipelines/:name/plan',
    {
      schema: {
        tags,
        summary: 'What each step would do if a run began now',
        params: nameParams,
        body: runBodySchema.omit({ trigger: true }).prefault({}),
        response: { 200: z.object({ steps: listReplySchema(planStepSchema) }) },
      },
    },
    async ({ params, body }) => ({ steps: await pipelines.plan(params.name, body) }),
  )
  app.post(
    '/api/v1/pipelines/:name/runs',
    {
      schema: {
        tags,
        summary: 'Start a run',
        params: nameParams,
        body: runBodySchema.prefault({}),
        response: { 200: runSummarySchema },
      },
    },
    async ({ params, body }) =>
      pipelines.startRun({ ...body, pipeline: params.name, trigger: body.trigger ?? byPerson }),
  )
}
