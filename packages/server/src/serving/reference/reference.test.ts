import { type Monitor, monitorSchema, toIso } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DAY_MS, MONITOR, ROWS_A_DAY, START } from '../../../test/serving/monitored-trips.ts'
import { type ServedTrips, serveTrips } from '../../../test/serving/served-trips.ts'
import { packageTrips, type TripsOptions, tripRows } from '../../../test/serving/trips.ts'

let bytes: Uint8Array
let served: ServedTrips

beforeAll(async () => {
  bytes = await packageTrips()
  served = await serveTrips({ roles: ['api', 'gateway'] })
  await served.register('trips', bytes)
  await served.apply({ name: 'trips' })
  await served.apply({ name: 'others', stable: 'trips@champion' })
})
afterAll(() => served.close())

/** A composition of both, under a name of its own. */
const compose = (name: string, weight = 1) =>
  served.apply({
    name,
    stable: undefined,
    compose: {
      kind: 'weights',
      members: [
        { endpoint: 'trips', weight },
        { endpoint: 'others', weight: 1 },
      ],
    },
  })

/** A day of requests with their labels. */
async function day(endpoint: string, number: number, options: TripsOptions = {}): Promise<void> {
  const { rows, late } = tripRows(ROWS_A_DAY, `${endpoint} ${number}`, options)
  const at = toIso(START + number * DAY_MS + 3_600_000)
  const { status, body } = await served.send('POST', `/api/v1/endpoints/${endpoint}/predict`, { rows, at })
  expect(status).toBe(200)
  const labels = body.predictions.map(({ id }: { id: string }, i: number) => ({ predictionId: id, label: late[i] }))
  await served.send('POST', '/api/v1/labels', { labels })
}

async function watch(endpoint: string, spec: Record<string, unknown> = {}): Promise<void> {
  const body = { ...MONITOR, name: endpoint, endpoint, ...spec }
  expect((await served.send('PUT', `/api/v1/monitors/${endpoint}`, body)).status).toBe(200)
}
const evaluate = async (name: string): Promise<Monitor> =>
  monitorSchema.parse((await served.send('POST', `/api/v1/monitors/${name}/evaluate`)).body)
const referenceOf = async (endpoint: string) =>
  (await served.send('GET', `/api/v1/endpoints/${endpoint}/reference`)).body
const take = (endpoint: string, span: object = {}) =>
  served.send('POST', `/api/v1/endpoints/${endpoint}/reference`, span)
const windowsOf = async (name: string) => (await served.send('GET', `/api/v1/monitors/${name}/windows`)).body.items

describe('the reference of an endpoint', () => {
  it('is that of the training where the model brought one, and is not replaced', async () => {
    expect(await referenceOf('trips')).toMatchObject({ source: 'training', version: 1, rowCount: expect.any(Number) })
    const { status, body } = await take('trips')
    expect([status, body.error.code]).toEqual([409, 'CONFLICT'])
  })

  it('of a composition is said to be none, with how to get one', async () => {
    await compose('bare')
    await watch('bare')
    const monitor = await evaluate('bare')
    expect(monitor.reference).toMatchObject({
      source: 'none',
      hint: expect.stringContaining('regia endpoints reference bare'),
    })
    await day('bare', 0)
    const few = await take('bare', { until: toIso(START) })
    expect([few.status, few.body.error.code]).toEqual([422, 'DATA_EMPTY'])
    expect(few.body.error.message).toContain('version 1 of "bare" has 0')
  })

  it('is taken of predictions; what came before and after is counted with it, drift and labels alike', async () => {
    await compose('blend')
    await watch('blend')
    for (const number of [0, 1, 2]) await day('blend', number)
    expect((await evaluate('blend')).windowCount).toBe(0)
    const { status, body } = await take('blend', { from: toIso(START), until: toIso(START + DAY_MS) })
    expect(status).toBe(200)
    expect(body).toMatchObject({ source: 'logged', model: 'blend', version: 1, rowCount: ROWS_A_DAY })
    expect(await referenceOf('blend')).toEqual(body)
    for (const number of [3, 4]) await day('blend', number, { stretch: 1.6 })
    await day('blend', 5)
    await day('blend', 6)
    const monitor = await evaluate('blend')
    expect(monitor.reference).toMatchObject({ source: 'logged', rowCount: ROWS_A_DAY })
    const windows = await windowsOf('blend')
    const drifted = (number: number) =>
      windows
        .find(({ from }: { from: string }) => from === toIso(START + number * DAY_MS))
        ?.drift.filter(({ isDrifted }: { isDrifted: boolean }) => isDrifted)
        .map(({ column }: { column: string }) => column)
    expect([drifted(3), drifted(4)].map((columns) => columns.includes('miles'))).toEqual([true, true])
    expect(drifted(5)).toEqual([])
    const scored = windows.find(({ from }: { from: string }) => from === toIso(START + 3 * DAY_MS))
    expect(scored).toMatchObject({ predictionCount: ROWS_A_DAY, performance: { labelCount: ROWS_A_DAY } })
    const { body: alerts } = await served.send('GET', '/api/v1/alerts?monitor=blend')
    expect(alerts.items[0].causes.map(({ column }: { column: string }) => column)).toContain('miles')
  })

  it('is the first window with enough predictions where the monitor says so, and again of each version', async () => {
    await compose('self')
    await watch('self', { reference: 'window' })
    await day('self', 0)
    expect((await evaluate('self')).reference?.source).toBe('none')
    await day('self', 1)
    expect((await evaluate('self')).reference).toMatchObject({
      source: 'logged',
      version: 1,
      from: toIso(START + 3_600_000),
      rowCount: ROWS_A_DAY,
    })
    await day('self', 2)
    expect((await evaluate('self')).windowCount).toBe(2)
    await compose('self', 2)
    expect(await referenceOf('self')).toMatchObject({ source: 'none', version: 2 })
    await day('self', 3)
    await day('self', 4)
    expect((await evaluate('self')).reference).toMatchObject({ source: 'logged', version: 2, rowCount: ROWS_A_DAY })
  })

  it('survives a restart, with what is logged while it is taken', async () => {
    await compose('kept')
    const { rows } = tripRows(8000, 'kept')
    const ask = (some: readonly object[], number: number) =>
      served.send('POST', '/api/v1/endpoints/kept/predict', { rows: some, at: toIso(START + number * DAY_MS) })
    await ask(rows, 0)
    let isTaken = false
    const taking = take('kept').then((taken) => {
      isTaken = true
      return taken
    })
    let logged = 0
    for (; !isTaken; logged += 2) await ask(rows.slice(0, 2), 1)
    expect((await taking).status).toBe(200)
    expect(logged).toBeGreaterThan(0)
    await ask(rows.slice(0, 2), 1)
    await served.server.close()
    const again = await serveTrips({ roles: ['api', 'gateway'], projectDir: served.projectDir })
    served = again
    await day('kept', 3)
    await watch('kept')
    await evaluate('kept')
    const windows = await windowsOf('kept')
    expect(windows.map(({ predictionCount }: { predictionCount: number }) => predictionCount)).toEqual([
      8000,
      logged + 2,
    ])
    expect(await referenceOf('kept')).toMatchObject({ source: 'logged' })
  })
})
