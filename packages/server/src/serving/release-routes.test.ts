import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ServedTrips, serveTrips } from '../../test/serving/served-trips.ts'
import { packageTrips, tripRows } from '../../test/serving/trips.ts'

let served: ServedTrips
beforeAll(async () => {
  served = await serveTrips()
  await served.register('trips', await packageTrips({ trees: 3 }), 'champion')
  await served.register('trips', await packageTrips({ trees: 4 }))
  await served.apply({ name: 'trips' })
})
afterAll(() => served.close())

const act = async (name: string, body: unknown = {}) => served.send('POST', `/api/v1/endpoints/trips/${name}`, body)

describe('releases over HTTP', () => {
  it('say that there is none, and what to do about it', async () => {
    expect((await served.send('GET', '/api/v1/endpoints/trips/release')).status).toBe(204)
    expect((await served.send('GET', '/api/v1/endpoints/trips/releases')).body).toMatchObject({ items: [], total: 0 })
    for (const name of ['pause', 'resume', 'advance', 'stop', 'promote', 'rollback']) {
      const { status, body } = await act(name)
      expect([name, status, body.error.code]).toEqual([name, 409, 'CONFLICT'])
      expect(body.error.hint).toEqual(expect.any(String))
    }
    expect((await served.send('GET', '/api/v1/endpoints/none/release')).status).toBe(404)
  })

  it('are refused where they make no sense, with the field', async () => {
    const put = async (fields: object) =>
      (await served.send('PUT', '/api/v1/endpoints/trips', { name: 'trips', stable: 'trips@champion', ...fields })).body
    const canary = { model: 'trips@challenger' }
    expect((await put({ canary: { ...canary, steps: [50, 10] } })).error.code).toBe('INVALID_INPUT')
    expect((await put({ canary, bandit: { arms: [canary] } })).error.message).toContain('one release at a time')
    expect((await put({ canary: { model: 'others@champion' } })).error).toMatchObject({ where: 'canary.model' })
    const greedy = { arms: [{ model: 'trips@challenger', share: 1 }], metric: 'accuracy', minimumEffect: 0.1 }
    expect((await put({ experiment: greedy })).error.code).toBe('INVALID_INPUT')
  })

  it('are planned, paused, resumed and stopped', async () => {
    const spec = { name: 'trips', stable: 'trips@champion', canary: { model: 'trips@challenger', steps: [50] } }
    const { plans } = (await served.send('POST', '/api/v1/endpoints/plan', { specs: [spec] })).body
    expect(plans).toMatchObject([{ name: 'trips', action: 'change', fields: [{ field: 'canary' }] }])
    await served.apply(spec as never)
    expect((await act('pause', { reason: 'Lunch.' })).body.release).toMatchObject({ state: 'paused', reason: 'Lunch.' })
    expect((await act('pause')).body.error.code).toBe('CONFLICT')
    await served.server.services.serving.release.turn()
    expect((await served.send('GET', '/api/v1/endpoints/trips/release')).body.reason).toBe('Lunch.')
    expect((await act('resume')).body.release).toMatchObject({ state: 'running' })
    expect((await act('promote', { version: 7 })).body.error.code).toBe('CONFLICT')
    expect((await act('stop')).body.release).toBeUndefined()
    const { items } = (await served.send('GET', '/api/v1/endpoints/trips/decisions')).body
    expect(items.map(({ kind }: { kind: string }) => kind)).toEqual([
      'stopped',
      'resumed',
      'paused',
      'canary-started',
      'created',
    ])
    expect(items[0].release.arms).toMatchObject([
      { version: 1, role: 'stable' },
      { version: 2, role: 'canary' },
    ])
  })

  it('find decisions by who took them and by kind, page by page', async () => {
    const asked = async (query: string) => (await served.send('GET', `/api/v1/endpoints/trips/decisions${query}`)).body
    const kindsOf = ({ items }: { items: readonly { kind: string }[] }) => items.map(({ kind }) => kind)
    const byHand = await asked('?by=person&limit=2')
    expect([kindsOf(byHand), byHand.total]).toEqual([['stopped', 'resumed'], 3])
    const rest = await asked(`?by=person&limit=2&cursor=${byHand.nextCursor}`)
    expect([kindsOf(rest), rest.total, rest.nextCursor]).toEqual([['paused'], 3, undefined])
    expect(kindsOf(await asked('?by=regia'))).toEqual(['canary-started', 'created'])
    expect(await asked('?by=rule')).toMatchObject({ items: [], total: 0 })
    expect(kindsOf(await asked('?kind=paused,created'))).toEqual(['paused', 'created'])
    expect(kindsOf(await asked('?kind=paused,created&by=person'))).toEqual(['paused'])
    const { error } = await asked('?kind=paused,demolished')
    expect(error).toMatchObject({ code: 'INVALID_INPUT', where: expect.stringContaining('kind') })
    expect(error.message).toContain('rolled-back')
    expect((await asked('?by=nobody')).error).toMatchObject({ code: 'INVALID_INPUT' })
  })

  it('take rewards, and say which ids are none', async () => {
    const { body } = await served.send('POST', '/api/v1/endpoints/trips/predict', { rows: tripRows(2, 1).rows })
    const ids: string[] = body.predictions.map(({ id }: { id: string }) => id)
    const rewards = [...ids, '1-1-zzzz'].map((predictionId) => ({ predictionId, reward: 0.5 }))
    expect((await served.send('POST', '/api/v1/rewards', { rewards })).body).toEqual({
      acceptedCount: 2,
      unknownIds: ['1-1-zzzz'],
    })
    expect(
      (await served.send('POST', '/api/v1/rewards', { rewards: [{ predictionId: ids[0], reward: 'a lot' }] })).status,
    ).toBe(400)
  })

  it('choose a version by hand, of those that are loaded', async () => {
    const ask = async (version: string) => {
      const reply = await fetch(`${served.server.url}/api/v1/endpoints/trips/predict`, {
        method: 'POST',
        body: JSON.stringify({ rows: tripRows(1, 1).rows }),
        headers: { 'content-type': 'application/json', 'x-regia-version': version },
      })
      return [reply.status, ((await reply.json()) as { error?: { code: string } }).error?.code]
    }
    expect(await ask('1')).toEqual([200, undefined])
    expect(await ask('2')).toEqual([404, 'NOT_FOUND'])
    expect(await ask('one')).toEqual([400, 'INVALID_INPUT'])
  })

  it('end with their endpoint, whose log stays', async () => {
    expect((await served.send('DELETE', '/api/v1/endpoints/trips')).status).toBe(204)
    expect((await served.send('GET', '/api/v1/endpoints/trips')).status).toBe(404)
    expect((await served.send('DELETE', '/api/v1/endpoints/trips')).status).toBe(404)
    const again = await served.apply({ name: 'trips' })
    expect(again.predictionCount).toBeGreaterThan(0)
    expect((await served.send('GET', '/api/v1/endpoints/trips/decisions')).body.total).toBe(1)
  })
})
