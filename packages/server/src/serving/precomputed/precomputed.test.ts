import type { EndpointSpecInput } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { describe, expect, it, vi } from 'vitest'
import { startServer } from '../../../test/start-server.ts'
import { tinyPackage } from '../../../test/tiny-model.ts'

const PATIENCE = { timeout: 60_000, interval: 50 }
const SCORES = { key: 'id', scores: 'scores' }

/** An endpoint over `tiny`, whose scores of two rows were computed before. */
async function open() {
  const started = await startServer()
  const { client } = started
  const { digest } = await client.blobs.write(await tinyPackage(5))
  await client.models.import('tiny', { files: { 'tiny.zip': digest } })
  await compute(client, [
    { id: 'b', x: 0.9 },
    { id: 'a', x: 0.1 },
  ])
  const spec: EndpointSpecInput = { name: 'late', stable: 'tiny@champion', precomputed: SCORES }
  await client.endpoints.apply(spec)
  const get = async (key: string) => {
    const reply = await fetch(`${started.server.url}/api/v1/endpoints/late/precomputed/${key}`)
    return { status: reply.status, body: await reply.json() }
  }
  await vi.waitFor(async () => expect((await get('a')).status).toBe(200), PATIENCE)
  return { ...started, get }
}

async function compute(client: RegiaClient, rows: readonly { readonly id: string; readonly x: number }[]) {
  const input = { rows: [...rows] }
  const { id } = await client.scoringJobs.create({ model: 'tiny@1', input, key: 'id', output: { dataset: 'scores' } })
  await vi.waitFor(async () => expect((await client.scoringJobs.get(id)).status).toBe('succeeded'), PATIENCE)
}

describe('precomputed scores', () => {
  it('answer a key with what the model said, how fresh it is and which version computed it, and are logged', async () => {
    const { client, get } = await open()
    const { body } = await get('b')
    const { predictions } = await client.endpoints.predict('late', { rows: [{ x: 0.9 }] })
    expect(body).toMatchObject({ endpoint: 'late', model: 'tiny', version: 1, dataset: { name: 'scores', version: 1 } })
    expect(body.computedAt).toMatch(/^2026-/)
    expect(body.prediction).toMatchObject({ label: 'true', servedBy: 'precomputed', score: predictions[0]?.score })
    const logged = await client.endpoints.predictions('late')
    expect(logged.items.find(({ id }) => id === body.prediction.id)).toMatchObject({
      servedBy: 'precomputed',
      row: { id: 'b' },
    })
  })

  it('answer rows of a key alone; others fall through to the model, or are not found', async () => {
    const { client, get } = await open()
    const predict = (...rows: readonly Record<string, string | number>[]) =>
      client.endpoints.predict('late', { rows: [...rows] })
    expect((await predict({ id: 'a' }, { id: 'b' })).predictions).toMatchObject([
      { label: 'false', servedBy: 'precomputed' },
      { label: 'true', servedBy: 'precomputed' },
    ])
    expect((await predict({ id: 'a', x: 0.9 })).predictions[0]).toMatchObject({
      label: 'false',
      servedBy: 'precomputed',
    })
    const asked = (await predict({ id: 'new', x: 0.9 })).predictions[0]
    expect(asked).toMatchObject({ label: 'true' })
    expect(asked).not.toHaveProperty('servedBy')
    await expect(predict({ id: 'new' })).rejects.toMatchObject({ code: 'NOT_FOUND', where: 'rows[0].id' })
    await expect(predict({ id: 'a' }, { id: 'new', x: 1 })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect((await get('new')).status).toBe(404)
    expect((await predict({ x: 0.1 })).predictions[0]).not.toHaveProperty('servedBy')
  })

  it('follow the newest version of the scores, also over a restart', async () => {
    const started = await open()
    await compute(started.client, [{ id: 'b', x: 0.1 }])
    await vi.waitFor(async () => expect((await started.get('a')).status).toBe(404), PATIENCE)
    expect((await started.get('b')).body).toMatchObject({ dataset: { version: 2 }, prediction: { label: 'false' } })
    const { server } = await started.restart()
    await vi.waitFor(async () => {
      const reply = await fetch(`${server.url}/api/v1/endpoints/late/precomputed/b`)
      expect(reply.status).toBe(200)
    }, PATIENCE)
  })

  it('say why they cannot be looked up', async () => {
    const { client, server } = await open()
    await compute(client, [
      { id: 'b', x: 0.1 },
      { id: 'b', x: 0.2 },
    ])
    await client.endpoints.apply({ name: 'twin', stable: 'tiny@champion', precomputed: SCORES })
    await vi.waitFor(async () => {
      const reply = await fetch(`${server.url}/api/v1/endpoints/twin/precomputed/b`)
      expect([reply.status, JSON.stringify(await reply.json())]).toEqual([
        503,
        expect.stringContaining('comes more than once'),
      ])
    }, PATIENCE)
  })
})
