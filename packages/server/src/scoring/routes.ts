import { scoringJobRequestSchema, scoringJobSchema, scoringJobStatusSchema } from '@regia/core'
import type { BlobStore } from '@regia/engine'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import { contentHeaders } from '../http/content-headers.ts'
import { offsetOf, pageQuerySchema, pageReplySchema } from '../http/paging.ts'
import { sendContent } from '../http/send-content.ts'
import type { ScoringService } from './scoring-service.ts'

const tags = ['scoring jobs']
const idParams = z.object({ id: z.string().min(1).max(100) })
const MEDIA_TYPES = {
  parquet: 'application/vnd.apache.parquet',
  csv: 'text/csv',
  jsonl: 'application/x-ndjson',
} as const

/** @param operator - Who asks through the API. */
export function addScoringRoutes(app: App, jobs: ScoringService, blobs: BlobStore, operator: string): void {
  app.post(
    '/api/v1/scoring-jobs',
    {
      schema: {
        tags,
        summary: 'Score a dataset, an uploaded file or some rows while nobody waits',
        body: scoringJobRequestSchema,
        response: { 202: scoringJobSchema },
      },
    },
    async ({ body }, reply) => reply.code(202).send(await jobs.create(body, operator)),
  )
  app.get(
    '/api/v1/scoring-jobs',
    {
      schema: {
        tags,
        summary: 'Scoring jobs, newest first',
        querystring: pageQuerySchema.extend({ status: scoringJobStatusSchema.optional() }),
        response: { 200: pageReplySchema(scoringJobSchema) },
      },
    },
    async ({ query }) => jobs.list({ status: query.status, limit: query.limit, offset: offsetOf(query) }),
  )
  app.get(
    '/api/v1/scoring-jobs/:id',
    { schema: { tags, summary: 'One job and how far it is', params: idParams, response: { 200: scoringJobSchema } } },
    async ({ params }) => jobs.get(params.id),
  )
  app.post(
    '/api/v1/scoring-jobs/:id/cancel',
    { schema: { tags, summary: 'End a job', params: idParams, response: { 200: scoringJobSchema } } },
    async ({ params }) => jobs.cancel(params.id),
  )
  app.delete(
    '/api/v1/scoring-jobs/:id',
    {
      schema: {
        tags,
        summary: 'Delete a job that is over; its result goes with the next collection',
        params: idParams,
      },
    },
    async ({ params }, reply) => {
      await jobs.delete(params.id)
      return reply.code(204).send()
    },
  )
  app.get(
    '/api/v1/scoring-jobs/:id/result',
    {
      schema: {
        tags,
        summary: 'The scored rows as a file, or those that were put aside',
        params: idParams,
        querystring: z.object({ quarantine: z.stringbool().default(false) }),
      },
    },
    async (request, reply) => {
      const { job, result } = await jobs.result(request.params.id)
      const wanted = request.query.quarantine ? (result.quarantine?.digest ?? result.digest) : result.digest
      const { format } = job.spec.output
      const content = {
        headers: contentHeaders(
          { digest: wanted, mediaType: MEDIA_TYPES[format], fileName: `${job.id}.${format}` },
          'attachment',
        ),
        sizeBytes: await blobs.sizeOf(wanted),
        open: (range?: { readonly first: number; readonly last: number }) => blobs.stream(wanted, range),
      }
      return sendContent(content, request, reply)
    },
  )
}
