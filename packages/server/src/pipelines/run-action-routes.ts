import { idSchema, nameSchema, runSummarySchema, type Trigger } from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import type { PipelineService } from './pipeline-service.ts'

const runParams = z.object({ id: idSchema('run') })

/** What people do with a run. */
export function addRunActionRoutes(app: App, pipelines: PipelineService, operator: string): void {
  const tags = ['runs']
  const trigger: Trigger = { kind: 'person', by: operator }

  app.post(
    '/api/v1/runs/:id/cancel',
    { schema: { tags, summary: 'End a run at once', params: runParams, response: { 200: runSummarySchema } } },
    async ({ params }) => pipelines.cancel(params.id),
  )
  app.post(
    '/api/v1/runs/:id/recover',
    {
      schema: {
        tags,
        summary: 'Start a run that takes over every finished step of this one',
        params: runParams,
        body: z.strictObject({ refresh: z.array(nameSchema).max(1_000).optional() }).prefault({}),
        response: { 200: runSummarySchema },
      },
    },
    async ({ params, body }) => pipelines.recover(params.id, { refresh: body.refresh ?? [], trigger }),
  )
  app.post(
    '/api/v1/runs/:id/steps/:step/approval',
    {
      schema: {
        tags,
        summary: 'Answer what an approve step asks',
        params: runParams.extend({ step: nameSchema }),
        body: z.strictObject({
          isApproved: z.boolean(),
          comment: z.string().max(10_000).optional(),
          by: z.string().min(1).max(200).optional(),
        }),
        response: { 200: runSummarySchema },
      },
    },
    async ({ params, body }) =>
      pipelines.approve(params.id, params.step, {
        isApproved: body.isApproved,
        by: body.by ?? operator,
        ...(body.comment !== undefined && { comment: body.comment }),
      }),
  )
}
