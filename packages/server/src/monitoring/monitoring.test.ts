import { distributionSchema, type EndpointHealth, overviewSchema, toIso, type WindowResult } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  alerts,
  DAY_MS,
  day,
  evaluate,
  MONITOR,
  ROWS_A_DAY,
  START,
  serveMonitored,
  windows,
} from '../../test/serving/monitored-trips.ts'
import { type ServedTrips, serveTrips } from '../../test/serving/served-trips.ts'
import { packageTrips, tripRows } from '../../test/serving/trips.ts'

let bytes: Uint8Array
const opened: ServedTrips[] = []

beforeAll(async () => {
  bytes = await packageTrips()
})
afterAll(async () => {
  for (const served of opened) await served.close()
})

const serve = async (spec: Record<string, unknown> = {}): Promise<ServedTrips> => {
  const served = await serveMonitored(bytes, spec)
  opened.push(served)
  return served
}

describe('monitor', () => {
  it('judges a day once event time has passed its end, and again when its labels had their time', async () => {
    const served = await serve()
    await day(served, 0)
    expect((await evaluate(served)).windowCount).toBe(0)
    const first = tripRows(1, 'next').rows
    await served.send('POST', '/api/v1/endpoints/trips/predict', { rows: first, at: toIso(START + DAY_MS) })
    const monitor = await evaluate(served)
    expect(monitor).toMatchObject({ windowCount: 1, evaluatedUntil: toIso(START + DAY_MS), openAlertCount: 0 })
    expect(monitor.lastWindow).toMatchObject({
      version: 1,
      from: toIso(START),
      predictionCount: ROWS_A_DAY,
      status: 'well',
      performance: { labelCount: ROWS_A_DAY, labelCoverage: 1, isFinal: false, isBelow: false },
    })
    expect(monitor.lastWindow?.drift.map(({ column }) => column).sort()).toEqual([
      'miles',
      'place',
      'prediction',
      'wind',
    ])
    await served.send('POST', '/api/v1/endpoints/trips/predict', {
      rows: first,
      at: toIso(START + DAY_MS + 2 * 3_600_000),
    })
    expect((await evaluate(served)).lastWindow?.performance?.isFinal).toBe(true)
  })

  it('shows more coverage as labels come, until the verdict is final', async () => {
    const served = await serve()
    const { rows, late } = tripRows(300, 'coverage')
    const { body } = await served.send('POST', '/api/v1/endpoints/trips/predict', { rows, at: toIso(START + 1000) })
    const labels = body.predictions.map(({ id }: { id: string }, i: number) => ({ predictionId: id, label: late[i] }))
    await served.send('POST', '/api/v1/labels', { labels: labels.slice(0, 150) })
    await served.send('POST', '/api/v1/endpoints/trips/predict', { rows: rows.slice(0, 1), at: toIso(START + DAY_MS) })
    expect((await evaluate(served)).lastWindow?.performance).toMatchObject({ labelCoverage: 0.5, isFinal: false })
    await served.send('POST', '/api/v1/labels', { labels: labels.slice(150, 240) })
    expect((await evaluate(served)).lastWindow?.performance).toMatchObject({ labelCoverage: 0.8, isFinal: false })
  })

  it('is not confused by somebody who tries the endpoint with a row of today', async () => {
    const served = await serve()
    await day(served, 0)
    const { rows } = tripRows(1, 'try it')
    await served.send('POST', '/api/v1/endpoints/trips/predict', { rows })
    await evaluate(served)
    await day(served, 1)
    await day(served, 2)
    expect((await evaluate(served)).evaluatedUntil).toBe(toIso(START + 2 * DAY_MS))
    expect((await windows(served)).map(({ predictionCount }) => predictionCount)).toEqual([ROWS_A_DAY, ROWS_A_DAY])
  })

  it('follows events that go back in time', async () => {
    const served = await serve()
    await day(served, 100)
    await day(served, 101)
    await evaluate(served)
    await day(served, 0)
    await day(served, 1)
    await evaluate(served)
    expect((await windows(served)).map(({ from }) => from)).toEqual([toIso(START), toIso(START + 100 * DAY_MS)])
  })

  it('raises no alert while nothing changes', async () => {
    const served = await serve()
    for (let number = 0; number < 6; number++) await day(served, number)
    expect((await evaluate(served)).openAlertCount).toBe(0)
    expect(await windows(served)).toHaveLength(5)
  })

  it('opens an alert after enough windows, names the cause, and closes it when it is over', async () => {
    const served = await serve({ performance: undefined })
    await day(served, 0)
    for (const number of [1, 2, 3]) await day(served, number, { stretch: 10 })
    await evaluate(served)
    const [alert] = await alerts(served)
    expect(await alerts(served)).toHaveLength(1)
    expect(alert).toMatchObject({ kind: 'drift', status: 'open', column: 'miles', version: 1 })
    expect(alert?.window).toEqual({ from: toIso(START + 2 * DAY_MS), until: toIso(START + 3 * DAY_MS) })
    expect(alert?.causes[0]).toMatchObject({ column: 'miles' })
    expect(alert?.causes[0]?.importance).toBeGreaterThan(0.1)
    const overview = overviewSchema.parse((await served.send('GET', '/api/v1/overview')).body)
    expect(overview.needs).toMatchObject([{ kind: 'alert', alert: { id: alert?.id } }])
    expect(overview.endpoints.map(({ health }: EndpointHealth) => health)).toEqual(['attention'])
    expect((await served.send('POST', `/api/v1/alerts/${alert?.id}/acknowledge`)).body.status).toBe('acknowledged')
    for (const number of [4, 5, 6, 7]) await day(served, number)
    await evaluate(served)
    expect(await alerts(served)).toMatchObject([{ id: alert?.id, status: 'closed' }])
    expect(await alerts(served, '?status=open')).toEqual([])
  })

  it('sees a falling score where no input has drifted', async () => {
    const served = await serve()
    await day(served, 0)
    for (const number of [1, 2, 3, 4]) await day(served, number, { flip: true })
    await evaluate(served)
    expect(await alerts(served)).toMatchObject([{ kind: 'performance', metric: 'auc', threshold: 0.7 }])
    expect((await windows(served)).map(({ performance }) => performance?.isBelow)).toEqual([false, true, true, true])
  })

  it('comes to the same verdicts whether it looks at once or late', async () => {
    const looks = []
    for (const isEager of [true, false]) {
      const served = await serve()
      for (let number = 0; number < 5; number++) {
        await day(served, number, number > 1 ? { stretch: 10 } : {})
        if (isEager) await evaluate(served)
      }
      await evaluate(served)
      const plain = (await alerts(served)).map(({ kind, window, column }) => ({ kind, window, column }))
      looks.push({ plain, windows: (await windows(served)).map(({ evaluatedAt: _, ...window }) => window) })
    }
    expect(looks[0]).toEqual(looks[1])
  })

  it('opens no alert twice, whenever it is restarted', async () => {
    const first = await serve({ performance: undefined })
    for (const number of [0, 1, 2]) await day(first, number, { stretch: 10 })
    await evaluate(first)
    const before = await alerts(first)
    expect(before).toHaveLength(1)
    await first.server.close()
    const again = await serveTrips({ roles: ['api', 'gateway'], home: first.home })
    opened.push(again)
    await evaluate(again)
    await day(again, 3, { stretch: 10 })
    await evaluate(again)
    expect((await alerts(again)).map(({ id }) => id)).toEqual(before.map(({ id }) => id))
  })

  it('begins afresh with a new version, and lets go of alerts about the old one', async () => {
    const served = await serve({ performance: undefined })
    for (const number of [0, 1, 2]) await day(served, number, { stretch: 10 })
    await evaluate(served)
    expect(await alerts(served, '?status=open')).toHaveLength(1)
    await served.register('trips', await packageTrips({ seed: 9, stretch: 10 }), 'champion')
    await served.server.services.serving.endpoints.refresh('trips')
    for (const number of [3, 4, 5, 6]) await day(served, number, { stretch: 10 })
    await evaluate(served)
    expect(await alerts(served)).toMatchObject([{ version: 1, status: 'closed' }])
    expect((await windows(served)).map(({ version, status }) => [version, status])).toEqual([
      [1, 'attention'],
      [1, 'attention'],
      [1, 'attention'],
      [2, 'well'],
      [2, 'well'],
      [2, 'well'],
    ])
  })

  it('lays reference and window side by side', async () => {
    const served = await serve()
    await day(served, 0, { stretch: 10 })
    await day(served, 1)
    await evaluate(served)
    const { body } = await served.send('GET', '/api/v1/monitors/trips/distributions')
    expect(body).toMatchObject({ from: toIso(START), until: toIso(START + DAY_MS) })
    const miles = distributionSchema.parse(body.columns.find(({ column }: { column: string }) => column === 'miles'))
    expect(miles.drift?.isDrifted).toBe(true)
    const sum = (shares: readonly number[]) => shares.reduce((total, share) => total + share, 0)
    expect([sum(miles.reference), sum(miles.current)].map((total) => total.toFixed(9))).toEqual([
      '1.000000000',
      '1.000000000',
    ])
    expect(miles.current.at(-1)).toBeGreaterThan(0.8)
  })

  it('pages through windows, newest last', async () => {
    const served = await serve()
    for (let number = 0; number < 4; number++) await day(served, number)
    await evaluate(served)
    const { body } = await served.send('GET', '/api/v1/monitors/trips/windows?limit=2')
    expect(body.items.map(({ from }: WindowResult) => from)).toEqual([toIso(START + DAY_MS), toIso(START + 2 * DAY_MS)])
    expect(body.total).toBe(3)
    const older = await windows(served, `?limit=2&cursor=${body.nextCursor}`)
    expect(older.map(({ from }) => from)).toEqual([toIso(START)])
  })

  it('says what is wrong with a monitor', async () => {
    const served = await serve()
    const put = async (spec: Record<string, unknown>) =>
      (await served.send('PUT', '/api/v1/monitors/trips', { ...MONITOR, ...spec })).body.error
    expect(await put({ endpoint: 'nowhere' })).toMatchObject({ code: 'NOT_FOUND', where: 'endpoint' })
    expect(await put({ window: '90m' })).toMatchObject({ code: 'INVALID_INPUT', where: 'window' })
    expect(await put({ drift: { columns: ['colour'] } })).toMatchObject({ code: 'COLUMN_UNKNOWN' })
    expect(await put({ name: 'other' })).toMatchObject({ code: 'INVALID_INPUT', where: 'body.name' })
    expect((await served.send('GET', '/api/v1/monitors/nothing')).status).toBe(404)
    expect((await served.send('GET', '/api/v1/alerts/alr_00000000')).status).toBe(404)
  })
})
