import type { LeasedStep } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { describe, expect, it } from 'vitest'
import { deploy, from, graph, step } from '../../test/graphs.ts'
import { acquire, fail, succeed, workUntilIdle } from '../../test/scripted-worker.ts'
import { startServer } from '../../test/start-server.ts'

const LEASE_MS = 5_000
const unavailable = {
  status: 'failed',
  error: { code: 'UNAVAILABLE', message: 'The store is away.' },
  isRetryable: true,
} as const

const started = (client: RegiaClient, { stepRunId, leaseToken }: LeasedStep, ms: number) =>
  client.leases.heartbeat(stepRunId, { leaseToken, events: [{ type: 'started', at: new Date(ms).toISOString() }] })

describe('attempts', () => {
  it('tell waiting, starting and running apart', async () => {
    const { client, clock } = await startServer()
    await deploy(client, graph('timed', [step('a')]))
    const { id } = await client.pipelines.run('timed')
    const iso = (ms: number) => new Date(ms).toISOString()
    const queuedAt = clock.now()
    clock.advance(1_000)
    const [lease] = await acquire(client)
    const attempt = async () => (await client.runs.get(id)).steps[0]?.attempts[0]
    expect(await attempt()).toEqual({
      number: 1,
      status: 'running',
      queuedAt: iso(queuedAt),
      leasedAt: iso(queuedAt + 1_000),
      worker: 'scripted',
    })
    clock.advance(2_000)
    await started(client, lease!, clock.now())
    clock.advance(3_000)
    await client.leases.report(lease!.stepRunId, { ...succeed(1), leaseToken: lease!.leaseToken })
    expect(await attempt()).toMatchObject({
      status: 'succeeded',
      leasedAt: iso(queuedAt + 1_000),
      startedAt: iso(queuedAt + 3_000),
      finishedAt: iso(queuedAt + 6_000),
    })
  })

  it('of a worker whose clock is wrong, or that never says when it begins, have times in order', async () => {
    const { client, clock } = await startServer()
    await deploy(client, graph('timed', [step('early'), step('late'), step('silent')]))
    const { id } = await client.pipelines.run('timed')
    const now = new Date(clock.now()).toISOString()
    for (const lease of await acquire(client)) {
      if (lease.step === 'early') await started(client, lease, clock.now() - 3_600_000)
      if (lease.step === 'late') await started(client, lease, clock.now() + 3_600_000)
      await client.leases.report(lease.stepRunId, { ...succeed(1), leaseToken: lease.leaseToken })
    }
    for (const { attempts } of (await client.runs.get(id)).steps) expect(attempts[0]?.startedAt).toBe(now)
  })

  it('count by whose fault they failed', async () => {
    const { client, clock } = await startServer({ leaseMs: LEASE_MS })
    const rules = { retries: 1, infrastructureRetries: 2, backoff: { firstMs: 10, factor: 3, maximumMs: 50 } }
    await deploy(client, graph('faulty', [step('a', rules)]))
    const { id } = await client.pipelines.run('faulty')
    const ends = [unavailable, fail(), 'lost', fail()] as const
    for (const end of ends) {
      const [lease] = await acquire(client)
      if (end === 'lost') clock.advance(LEASE_MS + 1)
      else await client.leases.report(lease!.stepRunId, { ...end, leaseToken: lease!.leaseToken })
      await acquire(client)
      clock.advance(50)
    }
    const run = await client.runs.get(id)
    expect(run.status).toBe('failed')
    expect(run.steps[0]?.attempts.map(({ status, cause }) => [status, cause])).toEqual([
      ['failed', 'infrastructure'],
      ['failed', 'user'],
      ['lost', 'infrastructure'],
      ['failed', 'user'],
    ])
  })

  it('wait as long as the step says', async () => {
    const { client, clock } = await startServer()
    const backoff = { firstMs: 200, factor: 3, maximumMs: 1_000 }
    await deploy(client, graph('patient', [step('a', { retries: 3, backoff })]))
    await client.pipelines.run('patient')
    await workUntilIdle(client, () => fail())
    for (const waitMs of [200, 600, 1_000]) {
      clock.advance(waitMs - 1)
      expect(await acquire(client)).toEqual([])
      clock.advance(1)
      expect(await workUntilIdle(client, () => fail())).toEqual(['a'])
    }
  })

  it('that a stopped worker hands back use up nothing', async () => {
    const { client } = await startServer()
    await deploy(client, graph('handed', [step('a', { infrastructureRetries: 0 })]))
    const { id } = await client.pipelines.run('handed')
    for (let i = 0; i < 3; i++) {
      const [lease] = await acquire(client)
      await client.leases.report(lease!.stepRunId, { status: 'cancelled', leaseToken: lease!.leaseToken })
    }
    expect(await workUntilIdle(client)).toEqual(['a'])
    const run = await client.runs.get(id)
    expect(run.status).toBe('succeeded')
    expect(run.steps[0]?.attempts.map(({ status }) => status)).toEqual([
      'cancelled',
      'cancelled',
      'cancelled',
      'succeeded',
    ])
  })
})

describe('a step that runs at most once', () => {
  const once = graph('once', [
    step('pay', { atMostOnce: true, retries: 2 }),
    step('tell', { inputs: { x: from('pay') } }),
  ])

  it('is not tried again when its worker is lost', async () => {
    const { client, clock } = await startServer({ leaseMs: LEASE_MS })
    await deploy(client, once)
    const { id } = await client.pipelines.run('once')
    const [lease] = await acquire(client)
    clock.advance(LEASE_MS + 1)
    expect(await acquire(client)).toEqual([])
    clock.advance(120_000)
    expect(await acquire(client)).toEqual([])
    const run = await client.runs.get(id)
    expect(run).toMatchObject({ status: 'failed', error: { code: 'LEASE_LOST', data: { step: 'pay', attempt: 1 } } })
    expect(run.error?.message).toBe(
      'Worker "scripted" was not heard of any more while it ran step "pay". Nobody knows how far attempt 1 came, and the step must not run twice, so it is not tried again.',
    )
    expect(run.error?.hint).toBe(
      `Look at what it did, then go on with "regia recover ${id}", which runs the step again.`,
    )
    const late = { ...succeed(1), leaseToken: lease!.leaseToken }
    await expect(client.leases.report(lease!.stepRunId, late)).rejects.toMatchObject({ code: 'LEASE_LOST' })
    const again = await client.runs.recover(id)
    expect(await workUntilIdle(client)).toEqual(['pay', 'tell'])
    expect((await client.runs.get(again.id)).status).toBe('succeeded')
  })

  it('is not tried again across a restart of the server', async () => {
    const first = await startServer({ leaseMs: LEASE_MS })
    await deploy(first.client, once)
    const { id } = await first.client.pipelines.run('once')
    await acquire(first.client)
    const second = await first.restart()
    expect(await acquire(second.client)).toEqual([])
    second.clock.advance(LEASE_MS + 1)
    expect(await acquire(second.client)).toEqual([])
    expect(await second.client.runs.get(id)).toMatchObject({ status: 'failed', error: { code: 'LEASE_LOST' } })
  })

  it.each([
    ['whose worker is stopped', { status: 'cancelled' } as const],
    ['that fails by the machinery', unavailable],
  ])('and %s is tried again only if it had not begun', async (_, end) => {
    const { client, clock } = await startServer()
    await deploy(client, once)
    const { id } = await client.pipelines.run('once')
    const [before] = await acquire(client)
    await client.leases.report(before!.stepRunId, { ...end, leaseToken: before!.leaseToken })
    clock.advance(1_000)
    const [after] = await acquire(client)
    expect(after?.attempt).toBe(2)
    await started(client, after!, clock.now())
    await client.leases.report(after!.stepRunId, { ...end, leaseToken: after!.leaseToken })
    clock.advance(60_000)
    expect(await acquire(client)).toEqual([])
    expect(await client.runs.get(id)).toMatchObject({ status: 'failed', error: { code: 'LEASE_LOST' } })
  })

  it.each(['STEP_CRASHED', 'STEP_TIMED_OUT'] as const)('is not tried again after %s', async (code) => {
    const { client, clock } = await startServer()
    await deploy(client, once)
    const { id } = await client.pipelines.run('once')
    const [lease] = await acquire(client)
    await started(client, lease!, clock.now())
    const { stepRunId, leaseToken } = lease!
    const error = { code, message: 'It ended.' }
    await client.leases.report(stepRunId, { status: 'failed', error, isRetryable: true, leaseToken })
    clock.advance(60_000)
    expect(await acquire(client)).toEqual([])
    expect(await client.runs.get(id)).toMatchObject({ status: 'failed', error: { code } })
  })

  it('is tried again, as its author wants, when its own code says that it failed', async () => {
    const { client, clock } = await startServer()
    await deploy(client, once)
    await client.pipelines.run('once')
    expect(await workUntilIdle(client, () => fail())).toEqual(['pay'])
    clock.advance(1_000)
    expect(await workUntilIdle(client)).toEqual(['pay', 'tell'])
  })
})
