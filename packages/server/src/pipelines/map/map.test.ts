import type { LeasedStep, PortRef } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { from, step, value } from '../../../test/graphs.ts'
import { carried, double, finish, mapped, start, stepOf, valuesOf, workUntilOver } from '../../../test/mapped-steps.ts'
import { acquire, fail, succeed } from '../../../test/scripted-worker.ts'
import { startServer } from '../../../test/start-server.ts'

describe('a mapped step', () => {
  it('runs once for each item of a list, and gives the list of what came, in order', async () => {
    const { client } = await startServer()
    const runId = await start(client, [mapped('twice', value([3, 1, 2]), { concurrency: 2 })])
    await carried(client, runId, 'twice')
    const leases = await acquire(client)
    expect(leases.map(({ item, inputs }) => [item, inputs.x?.value])).toEqual([
      [{ index: 0, count: 3 }, 3],
      [{ index: 1, count: 3 }, 1],
    ])
    for (const lease of [...leases].reverse()) await finish(client, lease)
    await workUntilOver(client, runId)
    const { status, outputs, map } = await stepOf(client, runId, 'twice')
    expect(status).toBe('succeeded')
    expect(outputs.out).toMatchObject({ kind: 'list', count: 3, itemKind: 'value' })
    expect(await valuesOf(client, outputs.out)).toEqual([6, 2, 4])
    expect(map).toMatchObject({ total: 3, succeeded: 3, running: 0, waiting: 0, failed: 0 })
    expect(map?.durations.reduce((sum, each) => sum + each)).toBe(3)
  })

  it('of no items gives an empty list, and what depends on it gets one', async () => {
    const { client } = await startServer()
    const runId = await start(client, [mapped('twice', value([])), mapped('again', from('twice'))])
    await workUntilOver(client, runId)
    const { outputs } = await stepOf(client, runId, 'again')
    expect(outputs.out).toMatchObject({ kind: 'list', count: 0 })
    expect(await valuesOf(client, outputs.out)).toEqual([])
  })

  it('may be mapped over what another one made, and over references', async () => {
    const { client } = await startServer()
    const items: PortRef = { from: 'list', items: [value(1), from('twice'), value(5)] }
    const runId = await start(client, [mapped('twice', value([1, 2])), mapped('again', items)])
    await workUntilOver(client, runId)
    const { outputs } = await stepOf(client, runId, 'again')
    expect(await valuesOf(client, outputs.out)).toEqual([2, 4, 8, 10])
  })

  it('hands its list to the step after it, whole', async () => {
    const { client } = await startServer()
    const runId = await start(client, [
      mapped('twice', value([1, 2])),
      step('sum', { inputs: { parts: from('twice') } }),
    ])
    let got: LeasedStep['inputs'] | undefined
    await workUntilOver(client, runId, (lease) => {
      if (lease.step !== 'sum') return double(lease)
      got = lease.inputs
      return succeed(6)
    })
    expect(got?.parts).toMatchObject({ isList: true, artifacts: [{ kind: 'list', count: 2 }] })
  })

  it('runs no more at once than it may, and leaves room for others', async () => {
    const { client } = await startServer()
    const wide = mapped('wide', value(Array.from({ length: 50 }, (_, i) => i)), { concurrency: 3 })
    const other = mapped('other', value([100, 101]))
    const runId = await start(client, [wide, other])
    await carried(client, runId, 'wide')
    await carried(client, runId, 'other')
    const names = (await acquire(client)).map(({ step: id }) => id)
    expect(names.filter((name) => name === 'wide')).toHaveLength(3)
    expect(names.filter((name) => name === 'other')).toHaveLength(2)
    expect(await acquire(client)).toEqual([])
    await client.runs.cancel(runId)
  })

  it('gives a worker what fits, and an element that is too big for it alone', async () => {
    const { client } = await startServer()
    const small = mapped('small', value([1, 2, 3]), { cpu: 0.1, memoryMb: 100 })
    const runId = await start(client, [small])
    await carried(client, runId, 'small')
    const ask = async (worker: string, cpu: number, memoryMb: number) =>
      (await client.leases.acquire({ worker, cpu, memoryMb, limit: 16, waitMs: 0 })).steps
    expect(await ask('a', 0.3, 250)).toHaveLength(2)
    expect(await ask('a', 0.1, 50)).toHaveLength(0)
    expect(await ask('b', 0.05, 50)).toHaveLength(1)
    const big = await start(client, [mapped('big', value([1, 2]), { cpu: 8, memoryMb: 9_000 })])
    await carried(client, big, 'big')
    expect(await ask('c', 2, 1_000)).toHaveLength(1)
    expect(await ask('c', 2, 1_000)).toHaveLength(0)
  })

  it('goes on after a stop of the server, before and after its elements were done', async () => {
    const first = await startServer()
    const runId = await start(first.client, [mapped('twice', value([1, 2, 3]))])
    await carried(first.client, runId, 'twice')
    const leases = await acquire(first.client)
    await finish(first.client, leases[0]!)
    const second = await first.restart()
    for (const lease of leases.slice(1)) await finish(second.client, lease)
    await workUntilOver(second.client, runId)
    const { outputs } = await stepOf(second.client, runId, 'twice')
    expect(await valuesOf(second.client, outputs.out)).toEqual([2, 4, 6])
  })

  it('keeps the lines of each element apart', async () => {
    const { client } = await startServer()
    const runId = await start(client, [mapped('twice', value([1, 2]))])
    await carried(client, runId, 'twice')
    const at = '2026-03-01T00:00:00.000Z'
    for (const lease of await acquire(client)) {
      const events = [
        { type: 'started', at },
        { type: 'log', stream: 'stdout', text: `it is ${lease.inputs.x?.value}`, at },
        { type: 'metric', name: 'loss', value: lease.item!.index, step: 0, at },
      ] as const
      await client.leases.report(lease.stepRunId, { ...double(lease), leaseToken: lease.leaseToken, events })
    }
    const { lines } = await client.runs.logs(runId, { step: 'twice', item: 1 })
    expect(lines).toMatchObject([{ text: 'it is 2', item: 1, step: 'twice', attempt: 1 }])
    expect((await client.runs.logs(runId, { step: 'twice' })).lines).toHaveLength(2)
    expect((await client.runs.get(runId)).metrics).toEqual({ loss: 1 })
  })
})

describe('elements', () => {
  it('are listed in pages and by status', async () => {
    const { client } = await startServer()
    const values = Array.from({ length: 25 }, (_, i) => i)
    const runId = await start(client, [mapped('twice', value(values), { minimumSuccess: 0.5 })])
    await workUntilOver(client, runId, (lease) => (lease.item!.index % 5 === 0 ? fail() : double(lease)))
    const page = await client.runs.mapItems(runId, 'twice', { limit: 10 })
    expect(page.total).toBe(25)
    expect(page.items.map(({ index }) => index)).toEqual(values.slice(0, 10))
    const next = await client.runs.mapItems(runId, 'twice', { limit: 10, cursor: page.nextCursor! })
    expect(next.items.map(({ index }) => index)).toEqual(values.slice(10, 20))
    const failed = await client.runs.mapItems(runId, 'twice', { status: 'failed' })
    expect(failed.items.map(({ index, label }) => [index, label])).toEqual(
      [0, 5, 10, 15, 20].map((i) => [i, String(i)]),
    )
    expect(failed.items[0]).toMatchObject({ error: { message: 'It threw.' }, outputs: {} })
    await expect(client.runs.mapItems(runId, 'twice', { status: 'lost' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    })
    await expect(client.runs.mapItems(runId, 'thrice')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
