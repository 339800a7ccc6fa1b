import type { Artifact, GraphStep, LeasedStep, PortRef } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { describe, expect, it } from 'vitest'
import { deploy, from, graph, param, step, value } from '../../../test/graphs.ts'
import { acquire, fail, type Script, succeed, workUntilIdle } from '../../../test/scripted-worker.ts'
import { startServer } from '../../../test/start-server.ts'

type MapOptions = Partial<NonNullable<GraphStep['map']>> & Partial<Omit<GraphStep, 'map' | 'inputs'>>

/** A step that is mapped over the items of its input `x`. */
const mapped = (id: string, over: PortRef, { concurrency, minimumSuccess = 1, by, ...rest }: MapOptions = {}) =>
  step(id, {
    inputs: { x: over },
    map: { input: 'x', by: by ?? { kind: 'items' }, minimumSuccess, ...(concurrency !== undefined && { concurrency }) },
    backoff: { firstMs: 1, factor: 1, maximumMs: 1 },
    ...rest,
  })

/** Doubles numbers. */
const double: Script = (lease) => succeed(Number(lease.inputs.x?.value) * 2)

const until = async (isTrue: () => Promise<boolean>) => {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Waits until the control plane has taken a mapped step apart, or put it together. */
const carried = (client: RegiaClient, runId: string, id: string) =>
  until(async () => {
    const { map, finishedAt, status } = (await client.runs.get(runId)).steps.find(({ step: each }) => each === id)!
    return finishedAt !== undefined || status === 'waiting' || (map?.waiting ?? 0) + (map?.running ?? 0) > 0
  })

async function workUntilOver(client: RegiaClient, runId: string, script: Script = double): Promise<void> {
  await until(async () => {
    await workUntilIdle(client, script)
    return (await client.runs.get(runId)).finishedAt !== undefined
  })
}

const stepOf = async (client: RegiaClient, runId: string, id: string) =>
  (await client.runs.get(runId)).steps.find((each) => each.step === id)!

async function listOf(client: RegiaClient, artifact: Artifact | undefined): Promise<readonly Artifact[]> {
  expect(artifact?.kind).toBe('list')
  const bytes = await client.blobs.read(artifact!.digest)
  return JSON.parse(Buffer.from(bytes).toString()).items
}

const valuesOf = async (client: RegiaClient, artifact: Artifact | undefined) =>
  (await listOf(client, artifact)).map((item) => item.value)

async function start(client: RegiaClient, steps: readonly GraphStep[], params = {}): Promise<string> {
  await deploy(client, graph('wide', steps))
  return (await client.pipelines.run('wide', params)).id
}

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

  it('takes elements that ran before from the cache, whatever stands beside them', async () => {
    const { client } = await startServer()
    const first = await start(client, [mapped('twice', value([1, 2, 3]))])
    await workUntilOver(client, first)
    const second = await start(client, [mapped('twice', value([3, 4, 2]))])
    await carried(client, second, 'twice')
    const leases = await acquire(client)
    expect(leases.map(({ inputs }) => inputs.x?.value)).toEqual([4])
    for (const lease of leases) await finish(client, lease)
    await workUntilOver(client, second)
    const { outputs, map } = await stepOf(client, second, 'twice')
    expect(map).toMatchObject({ cached: 2, succeeded: 1 })
    expect(await valuesOf(client, outputs.out)).toEqual([6, 8, 4])
    const third = await start(client, [mapped('twice', value([3, 4, 2]))])
    expect(await stepOf(client, third, 'twice')).toMatchObject({ status: 'cached', outputs })
  })

  it('does equal elements once', async () => {
    const { client } = await startServer()
    const runId = await start(client, [mapped('twice', value([7, 8, 7, 7]))])
    await carried(client, runId, 'twice')
    const leases = await acquire(client)
    expect(leases.map(({ inputs }) => inputs.x?.value)).toEqual([7, 8])
    for (const lease of leases) await finish(client, lease)
    await workUntilOver(client, runId)
    const { outputs, map } = await stepOf(client, runId, 'twice')
    expect(await valuesOf(client, outputs.out)).toEqual([14, 16, 14, 14])
    expect(map).toMatchObject({ succeeded: 2, cached: 2 })
  })

  it('lets an equal element run when the first one failed or was cancelled', async () => {
    const { client } = await startServer()
    const steps = [mapped('twice', value([7, 7]), { minimumSuccess: 0.5 })]
    const first = await start(client, steps)
    await carried(client, first, 'twice')
    const [lease] = await acquire(client)
    await client.leases.report(lease!.stepRunId, { ...fail(), leaseToken: lease!.leaseToken })
    const [again] = await acquire(client)
    expect(again?.item).toEqual({ index: 1, count: 2 })
    const second = await start(client, [mapped('twice', value([7, 9]))])
    await carried(client, second, 'twice')
    const other = await acquire(client)
    expect(other.map(({ inputs }) => inputs.x?.value)).toEqual([9])
    await client.runs.cancel(first)
    expect((await acquire(client)).map(({ runId, item }) => [runId, item?.index])).toEqual([[second, 0]])
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

  it('tries failed elements again by the step’s rules, each by itself', async () => {
    const { client, clock } = await startServer()
    const runId = await start(client, [mapped('twice', value([1, 2]), { retries: 1 })])
    const failed = new Set<number>()
    await until(async () => {
      clock.advance(10)
      await workUntilIdle(client, (lease) => {
        const index = lease.item!.index
        if (failed.has(index)) return double(lease)
        failed.add(index)
        return fail()
      })
      return (await client.runs.get(runId)).finishedAt !== undefined
    })
    const { items } = await client.runs.mapItems(runId, 'twice')
    expect(items.map(({ attempts }) => attempts.map(({ status, cause }) => cause ?? status))).toEqual([
      ['user', 'succeeded'],
      ['user', 'succeeded'],
    ])
  })

  it('leaves failed elements out while enough succeed, and keeps that result from the cache', async () => {
    const { client } = await startServer()
    const steps = [mapped('twice', value([1, 2, 3, 4]), { minimumSuccess: 0.75 })]
    const runId = await start(client, steps)
    await workUntilOver(client, runId, (lease) => (lease.inputs.x?.value === 2 ? fail() : double(lease)))
    const { outputs, map, status } = await stepOf(client, runId, 'twice')
    expect(status).toBe('succeeded')
    expect(await valuesOf(client, outputs.out)).toEqual([2, 6, 8])
    expect(map).toMatchObject({ failed: 1, succeeded: 3 })
    const again = await start(client, steps)
    await workUntilOver(client, again)
    expect((await stepOf(client, again, 'twice')).map).toMatchObject({ cached: 3, succeeded: 1 })
  })

  it('fails as soon as too many failed, ends the rest, and says why', async () => {
    const { client } = await startServer()
    const steps = [
      mapped('twice', value([1, 2, 3, 4, 5]), { minimumSuccess: 0.8 }),
      step('after', { inputs: { x: from('twice') } }),
    ]
    const runId = await start(client, steps)
    await carried(client, runId, 'twice')
    const leases = await acquire(client)
    for (const lease of leases.slice(0, 2)) {
      await client.leases.report(lease.stepRunId, { ...fail(), leaseToken: lease.leaseToken })
    }
    const run = await client.runs.get(runId)
    expect(run.status).toBe('failed')
    expect(run.error).toMatchObject({
      code: 'USER_CODE_FAILED',
      message:
        '2 of 5 elements of step "twice" failed; at least 80 % must succeed. element 0 (1): It threw. · element 1 (2): It threw.',
      data: { failed: 2, total: 5, step: 'twice' },
    })
    expect(run.steps.find(({ step: id }) => id === 'after')?.status).toBe('cancelled')
    const beat = await client.leases.heartbeat(leases[2]!.stepRunId, { leaseToken: leases[2]!.leaseToken, events: [] })
    expect(beat.cancel).toBe(true)
    await expect(finish(client, leases[3]!)).rejects.toMatchObject({ code: 'LEASE_LOST' })
    expect((await client.runs.mapItems(runId, 'twice', { status: 'cancelled' })).total).toBe(3)
  })

  it('ends with its run', async () => {
    const { client } = await startServer()
    const runId = await start(client, [mapped('twice', value([1, 2, 3]), { concurrency: 1 })])
    await carried(client, runId, 'twice')
    const [lease] = await acquire(client)
    await client.runs.cancel(runId)
    expect(
      await client.leases.heartbeat(lease!.stepRunId, { leaseToken: lease!.leaseToken, events: [] }),
    ).toMatchObject({
      cancel: true,
    })
    await client.leases.report(lease!.stepRunId, { status: 'cancelled', leaseToken: lease!.leaseToken })
    expect(await acquire(client)).toEqual([])
    const { items } = await client.runs.mapItems(runId, 'twice')
    expect(items.map(({ status, attempts }) => [status, attempts.at(-1)?.status])).toEqual([
      ['cancelled', 'cancelled'],
      ['cancelled', 'cancelled'],
      ['cancelled', 'cancelled'],
    ])
  })

  it('fences an element: who was given up can change nothing', async () => {
    const { client, clock } = await startServer({ leaseMs: 1_000 })
    const runId = await start(client, [mapped('twice', value([1]))])
    await carried(client, runId, 'twice')
    const [zombie] = await acquire(client)
    clock.advance(2_000)
    await acquire(client)
    clock.advance(10)
    const [winner] = await acquire(client)
    expect(winner?.leaseToken).toBeGreaterThan(zombie!.leaseToken)
    expect(winner?.attempt).toBe(2)
    await expect(finish(client, zombie!)).rejects.toMatchObject({ code: 'LEASE_LOST' })
    await expect(
      client.leases.heartbeat(zombie!.stepRunId, { leaseToken: zombie!.leaseToken, events: [] }),
    ).rejects.toMatchObject({ code: 'LEASE_LOST' })
    await finish(client, winner!)
    await workUntilOver(client, runId)
    const { items } = await client.runs.mapItems(runId, 'twice')
    expect(items[0]?.attempts.map(({ status, cause }) => cause ?? status)).toEqual(['infrastructure', 'succeeded'])
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

  it.each([
    [value({ a: 1 }), 'Step "twice" is mapped over its input "x", whose value is no list but {"a":1}.'],
    [param('n'), 'Step "twice" is mapped over its input "x", whose value is no list but 3.'],
  ])('cannot be mapped over %j', async (ref, message) => {
    const { client } = await startServer()
    await deploy(client, graph('wide', [mapped('twice', ref)], { n: { schema: { type: 'number' }, default: 3 } }))
    const { id } = await client.pipelines.run('wide')
    await until(async () => (await client.runs.get(id)).finishedAt !== undefined)
    expect((await client.runs.get(id)).error).toMatchObject({ code: 'INVALID_INPUT', message })
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

const finish = (client: RegiaClient, lease: LeasedStep) =>
  client.leases.report(lease.stepRunId, { ...double(lease), leaseToken: lease.leaseToken })
