import { endpointSchema, loggedPredictionSchema, predictResponseSchema, trafficSchema } from '@regia/core'
import { openModel } from '@regia/engine'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ServedTrips, serveTrips } from '../../test/serving/served-trips.ts'
import { packageTrips, tripRows } from '../../test/serving/trips.ts'

const { rows, late } = tripRows(200, 'requests')
const [row] = rows
let bytes: Uint8Array
let served: ServedTrips

beforeAll(async () => {
  bytes = await packageTrips()
  served = await serveTrips()
  await served.register('trips', bytes)
  await served.apply({ name: 'trips' })
})
afterAll(() => served.close())

const predict = (body: unknown, name = 'trips') => served.send('POST', `/api/v1/endpoints/${name}/predict`, body)

describe('endpoint', () => {
  it('answers when what it names serves', async () => {
    const endpoint = endpointSchema.parse((await served.send('GET', '/api/v1/endpoints/trips')).body)
    expect(endpoint.deployments).toMatchObject([{ model: 'trips', version: 1, role: 'stable', state: 'ready' }])
    const { body } = await served.send('GET', '/api/v1/endpoints/trips/decisions')
    expect(body.items).toMatchObject([{ kind: 'created', toVersion: 1 }])
  })

  it('answers as the model does, one row and many', async () => {
    const session = await openModel(bytes)
    const expected = await session.predictRows(rows)
    const many = predictResponseSchema.parse((await predict({ rows })).body)
    expect(many.predictions.map(({ score }) => Math.fround(score))).toEqual([...expected.scores])
    const one = predictResponseSchema.parse((await predict({ rows: [row] })).body)
    expect(one).toMatchObject({ endpoint: 'trips', model: 'trips', version: 1 })
    expect(one.predictions[0]?.score).toBe(many.predictions[0]?.score)
    expect(one.predictions[0]?.probabilities?.true).toBe(one.predictions[0]?.score)
    await session.close()
  })

  it('gives each of many requests that arrive together its own answer', async () => {
    const together = await Promise.all(rows.map((each) => predict({ rows: [each] })))
    const singly = predictResponseSchema.parse((await predict({ rows })).body).predictions
    expect(together.map(({ body }) => body.predictions[0].score)).toEqual(singly.map(({ score }) => score))
    expect(new Set(together.map(({ body }) => body.predictions[0].id)).size).toBe(rows.length)
  })

  it('answers a request larger than a batch', async () => {
    const large = Array.from({ length: 1700 }, (_, i) => rows[i % rows.length]!)
    const { body } = await predict({ rows: large })
    const small = (await predict({ rows })).body
    expect(body.predictions).toHaveLength(1700)
    expect(body.predictions[1699].score).toBe(small.predictions[1699 % rows.length].score)
  })

  it('logs every prediction before its reply, with event time and row', async () => {
    const { body } = await predict({ rows: [row], at: '2001-04-01T10:00:00.000Z' })
    const page = (await served.send('GET', '/api/v1/endpoints/trips/predictions?limit=1')).body
    const logged = loggedPredictionSchema.parse(page.items[0])
    expect(logged).toMatchObject({ id: body.predictions[0].id, row, at: '2001-04-01T10:00:00.000Z', version: 1 })
    const april = '/api/v1/endpoints/trips/predictions?from=2001-04-01T00:00:00.000Z&until=2001-05-01T00:00:00.000Z'
    expect((await served.send('GET', april)).body.total).toBe(1)
  })

  it('pages through the log, newest first', async () => {
    const first = (await served.send('GET', '/api/v1/endpoints/trips/predictions?limit=70')).body
    const second = (await served.send('GET', `/api/v1/endpoints/trips/predictions?limit=70&cursor=${first.nextCursor}`))
      .body
    const ids = [...first.items, ...second.items].map(({ id }: { id: string }) => id)
    expect(new Set(ids).size).toBe(140)
  })

  it('counts traffic and errors by version', async () => {
    await predict({ rows: [{}] })
    const { body } = await served.send('GET', '/api/v1/endpoints/trips/traffic?minutes=1')
    const traffic = body.points.flatMap(({ versions }: { versions: unknown[] }) => versions)
    expect(trafficSchema.parse(traffic.at(-1))).toMatchObject({ version: 1, role: 'stable' })
    const endpoint = (await served.send('GET', '/api/v1/endpoints/trips')).body
    expect(endpoint.errorCount).toBeGreaterThan(0)
    expect(endpoint.traffic[0].p99Ms).toBeGreaterThan(0)
    const metrics = await (await fetch(`${served.server.url}/metrics`)).text()
    expect(metrics).toMatch(/regia_endpoint_requests_total\{endpoint="trips",version="1"\} \d{3}/)
    expect(metrics).toContain('regia_endpoint_latency_seconds{endpoint="trips",version="1",quantile="0.99"}')
  })

  it('serves thirty endpoints', async () => {
    for (let i = 0; i < 30; i++) await served.apply({ name: `many-${i}` })
    const replies = await Promise.all(Array.from({ length: 30 }, (_, i) => predict({ rows: [row] }, `many-${i}`)))
    expect(new Set(replies.map(({ body }) => body.predictions[0].score)).size).toBe(1)
    expect((await served.send('GET', '/api/v1/endpoints')).body.total).toBe(31)
  })
})

describe('labels', () => {
  it('joins a label once, and a changed one takes its place', async () => {
    const { body } = await predict({ rows: rows.slice(0, 3) })
    const [a, b] = body.predictions.map(({ id }: { id: string }) => id)
    const push = (label: unknown, id: string) =>
      served.send('POST', '/api/v1/labels', { labels: [{ predictionId: id, label }] })
    const before = (await served.send('GET', '/api/v1/endpoints/trips')).body.labelCount
    expect((await push(true, a)).body).toEqual({ acceptedCount: 1, unknownIds: [] })
    await push(true, a)
    await push(false, b)
    await push(true, b)
    const page = (await served.send('GET', '/api/v1/endpoints/trips/predictions?limit=3')).body
    expect(page.items.map(({ actual }: { actual?: string }) => actual)).toEqual([undefined, 'true', 'true'])
    expect((await served.send('GET', '/api/v1/endpoints/trips')).body.labelCount).toBe(before + 2)
  })

  it('lists ids that it does not know and takes the others', async () => {
    const { body } = await predict({ rows: [row] })
    const labels = [
      { predictionId: 'nonsense', label: true },
      { predictionId: body.predictions[0].id, label: late[0] },
      { predictionId: 'zz-1-1', label: true },
    ]
    const reply = await served.send('POST', '/api/v1/labels', { labels })
    expect(reply.body).toEqual({ acceptedCount: 1, unknownIds: ['nonsense', 'zz-1-1'] })
  })

  it('refuses what is no class of the model', async () => {
    const { body } = await predict({ rows: [row] })
    const labels = [{ predictionId: body.predictions[0].id, label: 'maybe' }]
    const reply = await served.send('POST', '/api/v1/labels', { labels })
    expect(reply.body.error).toMatchObject({ code: 'INVALID_INPUT', where: 'body.labels[0].label' })
    expect(reply.body.error.hint).toContain('false, true')
  })
})

describe('bad requests', () => {
  const good = { ...row }
  it.each([
    ['no rows', {}, 'INVALID_INPUT', 'body.rows'],
    ['an empty list', { rows: [] }, 'INVALID_INPUT', 'body.rows'],
    ['a row that is none', { rows: [7] }, 'INVALID_INPUT', 'body.rows[0]'],
    ['a list', [good], 'INVALID_INPUT', 'body'],
    ['an unknown field', { rows: [good], when: 1 }, 'INVALID_INPUT', 'body.when'],
    ['a missing column', { rows: [{ miles: 1, wind: 0 }] }, 'COLUMN_MISSING', 'rows[0].place'],
    ['an unknown column', { rows: [good, { ...good, colour: 'red' }] }, 'COLUMN_UNKNOWN', 'rows[1].colour'],
    ['a wrong type', { rows: [{ ...good, miles: 'far' }] }, 'COLUMN_TYPE', 'rows[0].miles'],
    ['null where none may be', { rows: [{ ...good, miles: null }] }, 'COLUMN_TYPE', 'rows[0].miles'],
    ['no time', { rows: [good], at: 'yesterday' }, 'INVALID_INPUT', 'body.at'],
    ['a time to come', { rows: [good], at: '2999-01-01T00:00:00.000Z' }, 'INVALID_INPUT', 'body.at'],
  ])('says what is wrong with %s', async (_, body, code, where) => {
    const before = (await served.send('GET', '/api/v1/endpoints/trips')).body.predictionCount
    const reply = await predict(body)
    expect(reply.status).toBeGreaterThanOrEqual(400)
    expect(reply.body.error).toMatchObject({ code, where })
    expect(reply.body.error.hint).toBeTruthy()
    expect((await served.send('GET', '/api/v1/endpoints/trips')).body.predictionCount).toBe(before)
  })

  it('takes null in a nullable column and categories that training never saw', async () => {
    expect((await predict({ rows: [{ ...good, wind: null, place: 'Nowhere' }] })).status).toBe(200)
  })

  it('says that a body is not JSON, or too large, or of another type', async () => {
    const url = `${served.server.url}/api/v1/endpoints/trips/predict`
    const post = async (body: string, type = 'application/json') => {
      const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': type } })
      return { status: response.status, body: await response.json() }
    }
    expect((await post('{"rows": [')).body).toMatchObject({ error: { code: 'INVALID_INPUT', where: 'body' } })
    expect((await post('{"rows": [{"miles": NaN}]}')).status).toBe(400)
    expect((await post(`"${'x'.repeat(33_000_000)}"`)).status).toBe(413)
    expect((await post('rows=1', 'text/plain')).status).toBe(400)
  })

  it('knows its endpoints', async () => {
    const reply = await predict({ rows: [row] }, 'nowhere')
    expect(reply).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } })
  })

  it('refuses to apply what cannot serve', async () => {
    const apply = (spec: Record<string, unknown>) => served.send('PUT', `/api/v1/endpoints/${spec.name}`, spec)
    expect((await apply({ name: 'x', stable: 'nothing@champion' })).body.error.code).toBe('NOT_FOUND')
    expect((await apply({ name: 'x', stable: 'trips' })).body.error.code).toBe('INVALID_INPUT')
    const shadow = { model: 'other@challenger' }
    expect((await apply({ name: 'x', stable: 'trips@champion', shadow })).body.error.where).toBe('shadow.model')
    expect((await served.send('GET', '/api/v1/endpoints/x')).status).toBe(404)
    await served.register('others', bytes)
    expect((await apply({ name: 'trips', stable: 'others@champion' })).body.error.code).toBe('CONFLICT')
  })

  it('does not answer pages of other sites', async () => {
    const response = await fetch(`${served.server.url}/api/v1/endpoints/trips/predict`, {
      method: 'POST',
      body: JSON.stringify({ rows: [row] }),
      headers: { 'content-type': 'application/json', origin: 'https://elsewhere.example' },
    })
    expect(response.status).toBe(401)
  })
})
