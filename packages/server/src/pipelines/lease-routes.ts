import { idSchema, leasedStepSchema, leaseReportSchema, stepEventSchema, timestampSchema } from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import { listReplySchema } from '../http/paging.ts'
import type { LeaseService } from './lease-service.ts'

const stepParams = z.object({ stepRunId: idSchema('stepRun') })
const eventsSchema = z.array(stepEventSchema).max(5_000)
const reportBodySchema = z.intersection(leaseReportSchema, z.object({ events: eventsSchema.optional() }))

/** For workers. A waiting acquire ends when the worker goes away or the server closes. */
export function addLeaseRoutes(app: App, leases: LeaseService): void {
  const tags = ['leases']
  const waiting = new Set<AbortController>()
  app.addHook('preClose', async () => {
    for (const controller of waiting) controller.abort()
  })

  app.post(
    '/api/v1/leases',
    {
      schema: {
        tags,
        summary: 'Lease attempts of steps that fit, waiting for some if there are none',
        body: z.strictObject({
          worker: z.string().min(1).max(200),
          cpu: z.number().nonnegative(),
          memoryMb: z.number().nonnegative(),
          limit: z.number().int().min(1).max(100),
          waitMs: z.number().int().min(0).max(60_000),
        }),
        response: { 200: z.object({ steps: listReplySchema(leasedStepSchema) }) },
      },
    },
    async ({ body, raw }) => {
      const gone = new AbortController()
      waiting.add(gone)
      const onClose = () => gone.abort()
      raw.socket.once('close', onClose)
      try {
        return { steps: await leases.acquire(body, gone.signal) }
      } finally {
        raw.socket.off('close', onClose)
        waiting.delete(gone)
      }
    },
  )
  app.post(
    '/api/v1/leases/:stepRunId/heartbeat',
    {
      schema: {
        tags,
        summary: 'Keep a lease and hand over events',
        params: stepParams,
        body: z.strictObject({ leaseToken: z.number().int(), events: eventsSchema }),
        response: { 200: z.object({ expiresAt: timestampSchema, cancel: z.boolean() }) },
      },
    },
    async ({ params, body }) => leases.heartbeat(params.stepRunId, body.leaseToken, body.events),
  )
  app.post(
    '/api/v1/leases/:stepRunId/report',
    {
      schema: {
        tags,
        summary: 'Report how an attempt ended',
        params: stepParams,
        body: reportBodySchema,
        response: { 204: z.undefined() },
      },
    },
    async ({ params, body }, reply) => {
      const { events = [], ...report } = body
      await leases.report(params.stepRunId, report, events)
      return reply.code(204).send()
    },
  )
}
