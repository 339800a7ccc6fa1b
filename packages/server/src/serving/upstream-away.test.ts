import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { logPackage } from '../../../../tests/fixtures/models/graph-packages.ts'
import { type ServedTrips, serveTrips } from '../../test/serving/served-trips.ts'
import { lateness, startUpstream, type UpstreamServer } from '../../test/serving/upstream-server.ts'
import { readServerFile } from '../home/server-file.ts'

const row = { numbers_0: 250, numbers_1: 0, origin: 'SFO' }
/** Of what is tried again every 5 s. */
const PATIENCE = { timeout: 45_000, interval: 100 }

/** Another server is away when this one starts, and comes back at its old address. */
describe('a server that answers for a model and is away at the start', () => {
  let served: ServedTrips
  let back: UpstreamServer | undefined
  let port: number

  const ask = (endpoint: string, path = `/api/v1/endpoints/${endpoint}/predict`) =>
    fetch(served.server.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ rows: [row] }),
    })
  const get = async (path: string) => (await fetch(served.server.url + path)).status

  beforeAll(async () => {
    const projectDir = mkdtempSync(join(tmpdir(), 'regia-away-'))
    const before = await serveTrips({ projectDir })
    const upstream = await startUpstream()
    port = Number(new URL(upstream.url).port)
    const { status } = await before.send('POST', '/api/v1/models/remote/import', {
      upstream: { url: upstream.url, model: 'remote', timeoutMs: 1500 },
      signature: { classes: ['on time', 'late'], target: 'arrival' },
      example: [{ numbers_0: 100, numbers_1: 1, origin: 'SFO' }],
    })
    expect(status).toBe(200)
    await before.register('logs', await logPackage(), 'champion')
    await before.apply({ name: 'remote', stable: 'remote@champion' })
    const constant = { answer: { score: 0.5, label: 'late' } }
    await before.apply({ name: 'covered', stable: 'remote@champion', fallback: constant })
    await before.apply({ name: 'logs', stable: 'logs@champion' })
    await upstream.close()
    await before.server.close()
    served = await serveTrips({ projectDir })
  })
  afterAll(async () => {
    await served.close()
    await back?.close()
  })

  it('is named with 503 and when to come again, in every protocol', async () => {
    const reply = await ask('remote')
    const { error } = (await reply.json()) as { error: { code: string; message: string; hint: string } }
    expect([reply.status, reply.headers.get('retry-after'), error.code]).toEqual([503, '5', 'UNAVAILABLE'])
    expect(error.message).toContain(
      `Version 1 of "remote" cannot be loaded: The server that answers for "remote" failed: connect ECONNREFUSED 127.0.0.1:${port}.`,
    )
    const infer = await fetch(`${served.server.url}/v2/models/remote/infer`, {
      method: 'POST',
      body: JSON.stringify({
        inputs: [
          { name: 'numbers_0', datatype: 'FP64', shape: [1], data: [250] },
          { name: 'numbers_1', datatype: 'FP64', shape: [1], data: [0] },
          { name: 'origin', datatype: 'BYTES', shape: [1], data: ['SFO'] },
        ],
      }),
    })
    expect([infer.status, infer.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await infer.json()).toMatchObject({ error: expect.stringContaining('ECONNREFUSED') })
  })

  it('makes its endpoint not ready, with the reason, and no other', async () => {
    expect(await get('/v2/health/ready')).toBe(503)
    expect(await get('/v2/models/remote/ready')).toBe(503)
    expect(await get('/v2/models/logs/ready')).toBe(200)
    expect(await get('/health')).toBe(200)
    const { body } = await served.send('GET', '/api/v1/endpoints/remote')
    expect(body.deployments).toEqual([
      expect.objectContaining({ state: 'failed', role: 'stable', error: expect.stringContaining('ECONNREFUSED') }),
    ])
    const { body: models } = await served.send('POST', '/v2/repository/index')
    expect(models).toContainEqual(expect.objectContaining({ name: 'remote', state: 'UNAVAILABLE' }))
  })

  it('has a fallback answer for it meanwhile', async () => {
    const reply = await ask('covered')
    expect(reply.status).toBe(200)
    expect(await reply.json()).toMatchObject({ predictions: [{ servedBy: 'constant', label: 'late' }] })
  })

  it('is refused when it is put into service now, and served all the same once it is back', async () => {
    const { status, body } = await served.send('PUT', '/api/v1/endpoints/later', {
      name: 'later',
      stable: 'remote@champion',
    })
    expect([status, body.error.code]).toEqual([502, 'UPSTREAM_FAILED'])
  })

  it('answers by itself once it is back', async () => {
    back = await startUpstream(port)
    for (const endpoint of ['remote', 'later', 'covered']) {
      await vi.waitFor(async () => {
        const reply = await ask(endpoint)
        const { predictions } = (await reply.json()) as { predictions?: { score: number; servedBy?: string }[] }
        expect(predictions?.[0]).not.toHaveProperty('servedBy')
        expect(predictions?.[0]?.score).toBeCloseTo(lateness(250, 'SFO'), 6)
      }, PATIENCE)
    }
    expect(await get('/v2/health/ready')).toBe(200)
    const { body } = await served.send('GET', '/api/v1/endpoints/remote')
    expect(body.deployments[0]).toMatchObject({ state: 'ready', role: 'stable' })
    expect(body.deployments[0].error).toBeUndefined()
  })
})

describe('a server that hangs at the start', () => {
  it('keeps no other endpoint from answering', async () => {
    const projectDir = mkdtempSync(join(tmpdir(), 'regia-hangs-'))
    const before = await serveTrips({ projectDir })
    const upstream = await startUpstream()
    await before.send('POST', '/api/v1/models/remote/import', {
      upstream: { url: upstream.url, model: 'remote', timeoutMs: 60_000 },
      signature: { classes: ['on time', 'late'], target: 'arrival' },
      example: [{ numbers_0: 100, numbers_1: 1, origin: 'SFO' }],
    })
    await before.register('logs', await logPackage(), 'champion')
    await before.apply({ name: 'a-remote', stable: 'remote@champion' })
    await before.apply({ name: 'logs', stable: 'logs@champion' })
    await before.server.close()
    upstream.mood = 'hangs'
    const starting = serveTrips({ projectDir })
    await vi.waitFor(async () => {
      const url = readServerFile(before.home)?.url
      expect((await fetch(`${url}/v2/models/logs/ready`)).status).toBe(200)
      expect((await fetch(`${url}/v2/models/a-remote/ready`)).status).toBe(503)
    }, PATIENCE)
    await upstream.close()
    await (await starting).close()
  })
})
