import {
  type Alert,
  alertSchema,
  type Monitor,
  monitorSchema,
  toIso,
  type WindowResult,
  windowResultSchema,
} from '@regia/core'
import { expect } from 'vitest'
import { type ServedTrips, serveTrips } from './served-trips.ts'
import { type TripsOptions, tripRows } from './trips.ts'

export const DAY_MS = 86_400_000
export const START = Date.parse('2001-05-01T00:00:00.000Z')
export const ROWS_A_DAY = 400

export const MONITOR = {
  name: 'trips',
  endpoint: 'trips',
  window: '1d',
  drift: { minimumRows: 100, falseAlarmRate: 0.01 },
  performance: { metric: 'auc', minimum: 0.7, labelDelay: '2h', minimumLabels: 100 },
  consecutiveWindows: 2,
}

/** Trips at an endpoint with a monitor. Without the scheduler, so that a test says itself when the monitor looks. */
export async function serveMonitored(bytes: Uint8Array, spec: Record<string, unknown> = {}): Promise<ServedTrips> {
  const served = await serveTrips({ roles: ['api', 'gateway'] })
  await served.register('trips', bytes)
  await served.apply({ name: 'trips' })
  const { status, body } = await served.send('PUT', '/api/v1/monitors/trips', { ...MONITOR, ...spec })
  expect([status, body]).toMatchObject([200, { windowCount: 0 }])
  return served
}

/** A day of requests, hour by hour; its labels follow at the end of the day, flipped if asked. */
export async function day(
  served: ServedTrips,
  number: number,
  options: TripsOptions & { readonly flip?: boolean } = {},
): Promise<void> {
  const { rows, late } = tripRows(ROWS_A_DAY, `day ${number}`, options)
  const perHour = Math.ceil(ROWS_A_DAY / 24)
  const labels: { predictionId: string; label: boolean }[] = []
  for (let hour = 0; hour < 24; hour++) {
    const from = hour * perHour
    const at = toIso(START + number * DAY_MS + hour * 3_600_000 + 60_000)
    const part = rows.slice(from, from + perHour)
    if (part.length === 0) continue
    const { body } = await served.send('POST', '/api/v1/endpoints/trips/predict', { rows: part, at })
    for (const [i, { id }] of body.predictions.entries()) {
      labels.push({ predictionId: id, label: late[from + i] !== (options.flip ?? false) })
    }
  }
  await served.send('POST', '/api/v1/labels', { labels })
}

export const evaluate = async (served: ServedTrips): Promise<Monitor> =>
  monitorSchema.parse((await served.send('POST', '/api/v1/monitors/trips/evaluate')).body)

export const windows = async (served: ServedTrips, query = ''): Promise<WindowResult[]> =>
  (await served.send('GET', `/api/v1/monitors/trips/windows${query}`)).body.items.map((item: unknown) =>
    windowResultSchema.parse(item),
  )

export const alerts = async (served: ServedTrips, query = ''): Promise<Alert[]> =>
  (await served.send('GET', `/api/v1/alerts${query}`)).body.items.map((item: unknown) => alertSchema.parse(item))
