import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { deploy, from, graph, param, step, value } from '../../../test/graphs.ts'
import {
  carried,
  double,
  finish,
  mapped,
  start,
  stepOf,
  until,
  valuesOf,
  workUntilOver,
} from '../../../test/mapped-steps.ts'
import { acquire, fail, workUntilIdle } from '../../../test/scripted-worker.ts'
import { startServer } from '../../../test/start-server.ts'

describe('a mapped step that fails', () => {
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

  it('gets an element back from a worker that stops, and gives it to another one at once', async () => {
    const { client } = await startServer()
    const runId = await start(client, [mapped('twice', value([1]))])
    await carried(client, runId, 'twice')
    const [first] = await acquire(client)
    await client.leases.report(first!.stepRunId, { status: 'cancelled', leaseToken: first!.leaseToken })
    const [second] = await acquire(client)
    expect(second).toMatchObject({ stepRunId: first!.stepRunId, attempt: 2 })
    await finish(client, second!)
    await workUntilOver(client, runId)
    const { items } = await client.runs.mapItems(runId, 'twice')
    expect(items[0]?.attempts.map(({ status }) => status)).toEqual(['cancelled', 'succeeded'])
  })

  it('says so when its lists cannot be written, and goes on when they can', async () => {
    const { client, home } = await startServer()
    const runId = await start(client, [mapped('twice', value([1, 2]))])
    await carried(client, runId, 'twice')
    const leases = await acquire(client)
    rmSync(join(home, 'tmp'), { recursive: true, force: true })
    writeFileSync(join(home, 'tmp'), 'a file where a folder was')
    for (const lease of leases) await finish(client, lease)
    await workUntilOver(client, runId)
    expect((await client.runs.get(runId)).error).toMatchObject({
      code: 'HOME_NOT_WRITABLE',
      hint: expect.stringContaining('regia recover'),
    })
    rmSync(join(home, 'tmp'))
    const { id } = await client.runs.recover(runId)
    await workUntilOver(client, id)
    expect(await valuesOf(client, (await stepOf(client, id, 'twice')).outputs.out)).toEqual([2, 4])
  })

  it('that must not run twice does not try a lost element again', async () => {
    const { client, clock } = await startServer({ leaseMs: 1_000 })
    const runId = await start(client, [mapped('twice', value([1, 2]), { atMostOnce: true, minimumSuccess: 0.5 })])
    await carried(client, runId, 'twice')
    const [first, second] = await acquire(client)
    await finish(client, second!)
    clock.advance(2_000)
    await workUntilOver(client, runId)
    const { items } = await client.runs.mapItems(runId, 'twice', { status: 'failed' })
    expect(items).toMatchObject([
      { index: first!.item!.index, error: { code: 'LEASE_LOST' }, attempts: [{ status: 'lost' }] },
    ])
  })

  it('ends when another step fails and the run is to end then', async () => {
    const { client } = await startServer()
    await deploy(client, { ...graph('wide', [mapped('twice', value([1, 2])), step('bad')]), onFailure: 'cancel' })
    const { id } = await client.pipelines.run('wide')
    await carried(client, id, 'twice')
    const leases = await acquire(client)
    const bad = leases.find((lease) => lease.step === 'bad')!
    await client.leases.report(bad.stepRunId, { ...fail(false), leaseToken: bad.leaseToken })
    expect((await client.runs.get(id)).status).toBe('failed')
    const of = leases.find((lease) => lease.step === 'twice')!
    expect(await client.leases.heartbeat(of.stepRunId, { leaseToken: of.leaseToken, events: [] })).toMatchObject({
      cancel: true,
    })
  })

  it('is refused over an input that it does not have', async () => {
    const { client } = await startServer()
    const wrong = step('twice', { map: { input: 'y', by: { kind: 'items' }, minimumSuccess: 1 } })
    await expect(deploy(client, graph('wide', [wrong]))).rejects.toMatchObject({
      code: 'PIPELINE_INVALID',
      message: 'Step "twice" is mapped over input "y", which it does not have.',
    })
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
