import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ServedTrips, serveTrips } from '../../test/serving/served-trips.ts'
import { lateness, startUpstream, type UpstreamServer } from '../../test/serving/upstream-server.ts'

let server: ServedTrips
let upstream: UpstreamServer
const signature = { classes: ['on time', 'late'], target: 'arrival' }

beforeAll(async () => {
  server = await serveTrips()
  upstream = await startUpstream()
  const { status } = await server.send('POST', '/api/v1/models/remote/import', {
    upstream: { url: upstream.url, model: 'remote', timeoutMs: 1500 },
    signature,
    example: [{ numbers_0: 100, numbers_1: 1, origin: 'SFO' }],
  })
  expect(status).toBe(200)
  await server.apply({ name: 'remote', stable: 'remote@champion' })
})
afterEach(() => {
  upstream.mood = 'answers'
})
afterAll(async () => {
  await server.close()
  await upstream.close()
})

const row = { numbers_0: 250, numbers_1: 0, origin: 'SFO' }
const ask = (rows: readonly object[] = [row], endpoint = 'remote') =>
  server.send('POST', `/api/v1/endpoints/${endpoint}/predict`, { rows })

describe('a model on another server', () => {
  it('answers as one of ours: named columns in, classes out, logged', async () => {
    const { status, body } = await ask([row, { ...row, numbers_0: 500, origin: 'JFK' }])
    expect(status).toBe(200)
    const scores = body.predictions.map(({ score }: { score: number }) => score)
    expect(scores[0]).toBeCloseTo(lateness(250, 'SFO'), 6)
    expect(scores[1]).toBeCloseTo(lateness(500, 'JFK'), 6)
    expect(body.predictions[0]).toMatchObject({ label: 'on time' })
    const { body: page } = await server.send('GET', '/api/v1/endpoints/remote/predictions')
    expect(page.items.map(({ row: logged }: { row: object }) => logged)).toContainEqual(row)
  })

  it('is held to its signature before it is asked', async () => {
    const before = upstream.asked()
    const { status, body } = await ask([{ numbers_0: 'far', numbers_1: 0, origin: 'SFO' }])
    expect([status, body.error.code]).toEqual([422, 'COLUMN_TYPE'])
    expect(upstream.asked()).toBe(before)
  })

  it.each([
    ['hangs', /did not answer within 1500 ms/],
    ['refuses', /400: the tensor was not to my taste/],
    ['babbles', /no JSON: <html>/],
  ] as const)('that %s is named as the one at fault', async (mood, message) => {
    upstream.mood = mood
    const { status, body } = await ask()
    expect([status, body.error.code]).toEqual([502, 'UPSTREAM_FAILED'])
    expect(body.error.message).toMatch(message)
  })

  it('that hangs is waited for until the deadline of the request, and not longer', async () => {
    upstream.mood = 'hangs'
    const begunAt = performance.now()
    const reply = await fetch(`${server.server.url}/api/v1/endpoints/remote/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-deadline-ms': '100' },
      body: JSON.stringify({ rows: [row] }),
    })
    expect(reply.status).toBe(504)
    expect(await reply.json()).toMatchObject({ error: { code: 'DEADLINE_EXCEEDED' } })
    expect(performance.now() - begunAt).toBeLessThan(1400)
  })

  it('that hangs leaves other endpoints alone, and a fallback answers for it', async () => {
    await server.apply({
      name: 'covered',
      stable: 'remote@champion',
      fallback: { answer: { score: 0.5, label: 'late' }, afterMs: 50 },
    })
    upstream.mood = 'hangs'
    const hanging = ask()
    const { body } = await ask([row], 'covered')
    expect(body.predictions[0]).toMatchObject({ servedBy: 'constant', label: 'late' })
    expect((await hanging).status).toBe(502)
  })

  it('refuses a model that the server has not, in the words of that server', async () => {
    const { status, body } = await server.send('POST', '/api/v1/models/nowhere/import', {
      upstream: { url: server.server.url, model: 'nowhere' },
    })
    expect([status, body.error.code]).toEqual([502, 'UPSTREAM_FAILED'])
    expect(body.error.message).toMatch(
      /^The server that answers for "nowhere" failed: it answered 404: [^.]*"nowhere"\. [^.]*\.$/,
    )
  })

  it('refuses what is no row of columns, and a server that is not there', async () => {
    const { status, body } = await server.send('POST', '/api/v1/models/nowhere/import', {
      upstream: { url: 'http://127.0.0.1:1', model: 'remote' },
    })
    expect([status, body.error.code]).toEqual([502, 'UPSTREAM_FAILED'])
  })
})

describe('a composition', () => {
  const shared = { numbers_0: 250, numbers_1: 0, origin: 'SFO' }

  beforeAll(async () => {
    await server.apply({ name: 'other', stable: 'remote@1' })
  })

  it('weighs the answers of its members, each of which logs its part', async () => {
    const compose = {
      kind: 'weights' as const,
      members: [
        { endpoint: 'remote', weight: 3 },
        { endpoint: 'other', weight: 1 },
      ],
    }
    const applied = await server.apply({ name: 'blend', compose, stable: undefined })
    expect(applied.spec.stable).toBe('blend@1')
    const { body } = await ask([shared, { ...shared, numbers_0: 900 }], 'blend')
    expect(body.predictions[0].score).toBeCloseTo(lateness(250, 'SFO'), 6)
    expect(body.predictions[1]).toMatchObject({ label: 'late' })
    for (const name of ['remote', 'other', 'blend']) {
      const { body: page } = await server.send('GET', `/api/v1/endpoints/${name}/predictions?limit=1`)
      expect(page.items[0].row).toEqual({ ...shared, numbers_0: 900 })
    }
    const again = await server.apply({ name: 'blend', compose, stable: undefined })
    expect(again.spec.stable).toBe('blend@1')
    const changed = { ...compose, members: [compose.members[0]!, { endpoint: 'other', weight: 2 }] }
    expect((await server.apply({ name: 'blend', compose: changed, stable: undefined })).spec.stable).toBe('blend@2')
  })

  it('hands the score of one to the next', async () => {
    await server.apply({
      name: 'chain',
      stable: undefined,
      compose: {
        kind: 'sequence',
        members: [{ endpoint: 'remote', scoreAs: 'numbers_0' }, { endpoint: 'other' }],
      },
    })
    const { spec } = (await server.send('GET', '/api/v1/endpoints/chain')).body
    expect(spec.stable).toBe('chain@1')
    const { status, body } = await ask([{ numbers_0: 250, numbers_1: 0, origin: 'SFO' }], 'chain')
    expect(status).toBe(200)
    expect(body.predictions[0].score).toBeCloseTo(lateness(lateness(250, 'SFO'), 'SFO'), 5)
  })

  it('asks by a field, and each member only its rows, in their order', async () => {
    await server.apply({
      name: 'fork',
      stable: undefined,
      compose: {
        kind: 'switch',
        field: 'origin',
        cases: [{ equals: ['SFO'], endpoint: 'remote' }],
        otherwise: 'other',
      },
    })
    const rows = ['SFO', 'JFK', 'SFO', 'LAX'].map((origin, i) => ({ numbers_0: 100 * (i + 1), numbers_1: 0, origin }))
    const { body } = await ask(rows, 'fork')
    for (const [i, { numbers_0: miles, origin }] of rows.entries()) {
      expect(body.predictions[i].score).toBeCloseTo(lateness(miles, origin), 6)
    }
    const { body: page } = await server.send('GET', '/api/v1/endpoints/other/predictions?limit=2')
    expect(page.items.map(({ row: logged }: { row: { origin: string } }) => logged.origin)).toEqual(['LAX', 'JFK'])
  })

  it('says which member failed, and does not ask itself', async () => {
    upstream.mood = 'refuses'
    const { status, body } = await ask([shared], 'fork')
    expect([status, body.error.code]).toEqual([502, 'UPSTREAM_FAILED'])
    const circle = await server.send('PUT', '/api/v1/endpoints/blend', {
      name: 'blend',
      compose: {
        kind: 'weights',
        members: [
          { endpoint: 'remote', weight: 1 },
          { endpoint: 'blend', weight: 1 },
        ],
      },
    })
    expect([circle.status, circle.body.error.message]).toEqual([400, expect.stringContaining('ask itself')])
  })

  it('keeps its members while it asks them', async () => {
    const { status, body } = await server.send('DELETE', '/api/v1/endpoints/other')
    expect([status, body.error.code]).toEqual([409, 'CONFLICT'])
    expect(body.error.message).toContain('blend')
    expect((await ask([shared], 'blend')).status).toBe(200)
    for (const name of ['fork', 'chain', 'blend', 'other'])
      expect((await server.send('DELETE', `/api/v1/endpoints/${name}`)).status).toBe(204)
  })
})
