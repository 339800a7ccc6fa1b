import { type BackfillSpec, backfillSpecSchema } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { describe, expect, it } from 'vitest'
import { deploy, graph, param, step } from '../../../test/graphs.ts'
import { acquire, fail, succeed, workUntilIdle } from '../../../test/scripted-worker.ts'
import { startServer, type TestServer } from '../../../test/start-server.ts'
import { backfillParams } from './windows.ts'

type Given = Partial<Omit<BackfillSpec, 'over'>> & { readonly over: unknown }
const spec = (given: Given): BackfillSpec => backfillSpecSchema.parse({ pipeline: 'p', ...given })
const values = (count: number) => ({ kind: 'values', param: 'x', values: Array.from({ length: count }, (_, i) => i) })

async function quiet(): Promise<TestServer> {
  const test = await startServer({ roles: ['api'] })
  await deploy(test.client, withParams('1'))
  return test
}

const withParams = (code: string) =>
  graph('p', [step('a', { code, cache: false, inputs: { x: param('x') } })], {
    x: { schema: {}, default: null },
    y: { schema: {}, default: null },
  })

const items = async (client: RegiaClient, id: string) => (await client.backfills.items(id, { limit: 1_000 })).items
const statuses = async (client: RegiaClient, id: string) => (await items(client, id)).map(({ status }) => status)
const xs = async (client: RegiaClient) =>
  (await client.runs.list({ pipeline: 'p', sort: 'number', limit: 1_000 })).items.map(({ params }) => params.x)

describe('the windows of a back-fill', () => {
  const windows = (from: string, until: string, every: string) =>
    backfillParams(spec({ over: { kind: 'time', from, until, every, fromParam: 'f', untilParam: 'u' } })).map(
      ({ f, u }) => `${f} ${u}`,
    )

  it('are days, weeks and months in UTC, the last one cut', () => {
    expect(windows('2024-02-28', '2024-03-01', 'day')).toEqual(['2024-02-28 2024-02-29', '2024-02-29 2024-03-01'])
    expect(windows('2026-03-25', '2026-04-05', 'week')).toEqual(['2026-03-25 2026-04-01', '2026-04-01 2026-04-05'])
    expect(windows('2026-01-31', '2026-04-15', 'month')).toEqual([
      '2026-01-31 2026-02-28',
      '2026-02-28 2026-03-31',
      '2026-03-31 2026-04-15',
    ])
    expect(windows('2025-11-01', '2026-02-01', 'month')).toHaveLength(3)
  })

  it('are some, and not too many', () => {
    expect(() => windows('2026-01-01', '2026-01-01', 'day')).toThrow('has no day')
    expect(() => windows('1900-01-01', '2026-01-01', 'day')).toThrow('more than 10000 windows')
  })
})

describe('a back-fill', () => {
  it('runs one version for every window, a few at once', async () => {
    const { client, server } = await quiet()
    const over = {
      kind: 'time',
      from: '2026-01-01',
      until: '2026-01-06',
      every: 'day',
      fromParam: 'x',
      untilParam: 'y',
    }
    const { id, ...started } = await client.backfills.start(spec({ over, concurrency: 2 }))
    expect(started).toMatchObject({ status: 'running', total: 5, succeeded: 0, spec: { version: 1 } })
    await deploy(client, withParams('2'))
    const seen: number[] = []
    for (let i = 0; i < 4; i++) {
      const running = (await statuses(client, id)).filter((status) => status === 'running').length
      seen.push(running)
      await workUntilIdle(client, () => succeed(1))
      await server.services.backfills.turn()
    }
    expect(seen).toEqual([2, 2, 1, 0])
    expect(await client.backfills.get(id)).toMatchObject({ status: 'succeeded', succeeded: 5, failed: 0 })
    const runs = (await client.runs.list({ pipeline: 'p', sort: 'number' })).items
    expect(runs.map(({ params, pipelineVersion }) => `${params.x} ${params.y} ${pipelineVersion}`)).toEqual([
      '2026-01-01 2026-01-02 1',
      '2026-01-02 2026-01-03 1',
      '2026-01-03 2026-01-04 1',
      '2026-01-04 2026-01-05 1',
      '2026-01-05 2026-01-06 1',
    ])
    expect(runs[4]?.trigger).toEqual({ kind: 'backfill', backfillId: id, index: 4 })
    const page = await client.backfills.items(id, { limit: 2 })
    expect(page).toMatchObject({ total: 5, nextCursor: 'o2' })
    expect(page.items[1]).toMatchObject({ index: 1, status: 'succeeded', run: { number: 2 } })
  })

  it('restarts what failed, and only that', async () => {
    const { client, server } = await quiet()
    const { id } = await client.backfills.start(spec({ over: values(4), concurrency: 4 }))
    const failing = new Set([1, 3])
    await workUntilIdle(client, ({ inputs }) => (failing.has(Number(inputs.x?.value)) ? fail(false) : succeed(1)))
    await server.services.backfills.turn()
    expect(await client.backfills.get(id)).toMatchObject({ status: 'failed', succeeded: 2, failed: 2 })
    expect((await client.backfills.items(id, { status: 'failed' })).items.map(({ index }) => index)).toEqual([1, 3])
    expect(await client.backfills.restart(id)).toMatchObject({ status: 'running', failed: 0 })
    await workUntilIdle(client, () => succeed(1))
    await server.services.backfills.turn()
    expect(await client.backfills.get(id)).toMatchObject({ status: 'succeeded', succeeded: 4 })
    expect(await xs(client)).toEqual([0, 1, 2, 3, 1, 3])
    await expect(client.backfills.restart(id)).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('is cancelled as a whole, and can go on later', async () => {
    const { client, server } = await quiet()
    const { id } = await client.backfills.start(spec({ over: values(5), concurrency: 2 }))
    expect(await client.backfills.cancel(id)).toMatchObject({ status: 'cancelled' })
    expect(new Set(await statuses(client, id))).toEqual(new Set(['cancelled']))
    await server.services.backfills.turn()
    expect(await acquire(client)).toEqual([])
    await expect(client.backfills.cancel(id)).rejects.toMatchObject({ code: 'CONFLICT' })
    await client.backfills.restart(id)
    for (let i = 0; i < 4; i++) {
      await workUntilIdle(client, () => succeed(1))
      await server.services.backfills.turn()
    }
    expect((await client.backfills.get(id)).status).toBe('succeeded')
  })

  it('goes on after a restart of the server, none twice and none lost', async () => {
    const { client, restart } = await quiet()
    const { id } = await client.backfills.start(spec({ over: values(6), concurrency: 2 }))
    await workUntilIdle(client, () => succeed(1))
    let test = await restart()
    for (let i = 0; i < 4; i++) {
      await Promise.all([test.server.services.backfills.turn(), test.server.services.backfills.turn()])
      await workUntilIdle(test.client, () => succeed(1))
      test = await test.restart()
    }
    await test.server.services.backfills.turn()
    expect((await test.client.backfills.get(id)).status).toBe('succeeded')
    expect(await xs(test.client)).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('says why a window cannot run, and refuses at once what none can', async () => {
    const { client, server } = await startServer({ roles: ['api'] })
    await deploy(client, graph('p', [step('a')], { x: { schema: { type: 'integer' } } }))
    const over = { kind: 'values', param: 'x', values: [1, 'two'] }
    const { id } = await client.backfills.start(spec({ over, concurrency: 2 }))
    await workUntilIdle(client)
    await server.services.backfills.turn()
    expect((await items(client, id))[1]).toMatchObject({ status: 'failed', error: { code: 'INVALID_INPUT' } })
    const refusal = async (given: Given) => client.backfills.start(spec(given)).catch((error: unknown) => error)
    expect(await refusal({ over: { ...over, param: 'z' } })).toMatchObject({ code: 'INVALID_INPUT', where: 'params.z' })
    expect(await refusal({ over, channel: 'prod' })).toMatchObject({ code: 'NOT_FOUND' })
    expect(await refusal({ over, channel: 'prod', version: 1 })).toMatchObject({ code: 'INVALID_INPUT' })
    expect((await client.backfills.list({ pipeline: 'p' })).total).toBe(1)
    await expect(client.backfills.items(id, { status: 'gone' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})
