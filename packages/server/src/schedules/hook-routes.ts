import type { IncomingHttpHeaders } from 'node:http'
import { type Clock, nameSchema, RegiaError, scheduleFiringSchema } from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import { createRateLimit } from './rate-limit.ts'
import type { ScheduleService } from './schedule-service.ts'

const MAX_BODY_BYTES = 64_000
const MAX_SECRET = 200
/** Sixty at once, then one a second: of one address, and once more of one webhook. */
const BURST = 60
const PER_MS = 1 / 1_000

/** `/api/v1/hooks/NAME`: lets what is outside start a schedule, with the schedule's own secret in place of the server's token. */
export function addHookRoutes(app: App, schedules: ScheduleService, clock: Clock): void {
  const addresses = createRateLimit(clock, BURST, PER_MS)
  const hooks = createRateLimit(clock, BURST, PER_MS)
  app.post(
    '/api/v1/hooks/:name',
    {
      bodyLimit: MAX_BODY_BYTES,
      onRequest: async ({ ip }) => {
        if (!addresses.take(ip)) throw tooMany()
      },
      schema: {
        tags: ['schedules'],
        summary: 'Run a schedule that waits for a webhook; asks for its secret',
        params: z.object({ name: nameSchema }),
        body: z.unknown(),
        response: { 200: scheduleFiringSchema },
      },
    },
    async ({ params, body, headers }) => {
      const secret = secretOf(headers)
      await schedules.assertSecret(params.name, secret)
      if (!hooks.take(params.name)) throw tooMany()
      return schedules.hook(params.name, body ?? undefined, deliveryOf(headers))
    },
  )
}

function secretOf(headers: IncomingHttpHeaders): string {
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1]
  return (textOf(headers['x-regia-secret']) ?? bearer ?? '').slice(0, MAX_SECRET)
}

/** Senders that ask again after a broken connection name the call, so that it counts once. */
const deliveryOf = (headers: IncomingHttpHeaders): string | undefined =>
  (textOf(headers['idempotency-key']) ?? textOf(headers['x-github-delivery']))?.slice(0, MAX_SECRET)

const textOf = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

const tooMany = (): RegiaError =>
  new RegiaError('TOO_MANY_REQUESTS', 'More calls came than a webhook takes: sixty at once, then one a second.', {
    hint: 'Wait a minute and call again.',
  })
