import { leasedStepSchema } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { deploy, from, graph, step } from '../../test/graphs.ts'
import { acquire, PLENTY, succeed, workUntilIdle } from '../../test/scripted-worker.ts'
import { startServer } from '../../test/start-server.ts'

const LEASE_MS = 5_000
const one = graph('one', [step('a')])

describe('a lease', () => {
  it('has a token that only grows', async () => {
    const { client } = await startServer()
    await deploy(client, graph('three', [step('a'), step('b'), step('c')]))
    await client.pipelines.run('three')
    await client.pipelines.run('three', { useCache: false })
    const leases = [...(await acquire(client)), ...(await acquire(client))].map((lease) =>
      leasedStepSchema.parse(lease),
    )
    const tokens = leases.map(({ leaseToken }) => leaseToken)
    expect(tokens).toEqual([...tokens].sort((x, y) => x - y))
    expect(new Set(tokens).size).toBe(tokens.length)
  })

  it('expires without heartbeats; the step is queued again and the zombie can change nothing', async () => {
    const { client, clock } = await startServer({ leaseMs: LEASE_MS })
    await deploy(client, one)
    const { id } = await client.pipelines.run('one')
    const [zombie] = await acquire(client)
    clock.advance(LEASE_MS + 1)
    expect(await acquire(client)).toEqual([])
    clock.advance(1_000)
    const [second] = await acquire(client)
    expect(second).toMatchObject({ step: 'a', attempt: 2 })
    expect(second!.leaseToken).toBeGreaterThan(zombie!.leaseToken)

    const late = { leaseToken: zombie!.leaseToken }
    await expect(client.leases.heartbeat(zombie!.stepRunId, { ...late, events: [] })).rejects.toMatchObject({
      code: 'LEASE_LOST',
    })
    await expect(client.leases.report(zombie!.stepRunId, { ...late, ...succeed('zombie') })).rejects.toMatchObject({
      code: 'LEASE_LOST',
    })
    expect((await client.runs.get(id)).status).toBe('running')
    await client.leases.report(second!.stepRunId, { leaseToken: second!.leaseToken, ...succeed('second') })
    await expect(
      client.leases.report(second!.stepRunId, { leaseToken: second!.leaseToken, ...succeed('twice') }),
    ).rejects.toMatchObject({ code: 'LEASE_LOST' })

    const run = await client.runs.get(id)
    expect(run.status).toBe('succeeded')
    expect(run.steps[0]?.outputs.out?.value).toBe('second')
    expect(run.steps[0]?.attempts.map(({ status }) => status)).toEqual(['lost', 'succeeded'])
  })

  it('holds as long as its worker is heard of', async () => {
    const { client, clock } = await startServer({ leaseMs: LEASE_MS })
    await deploy(client, one)
    const { id } = await client.pipelines.run('one')
    const [lease] = await acquire(client)
    for (let i = 0; i < 5; i++) {
      clock.advance(LEASE_MS - 1)
      await client.leases.heartbeat(lease!.stepRunId, { leaseToken: lease!.leaseToken, events: [] })
      expect(await acquire(client)).toEqual([])
    }
    await client.leases.report(lease!.stepRunId, { leaseToken: lease!.leaseToken, ...succeed(1) })
    expect((await client.runs.get(id)).status).toBe('succeeded')
  })

  it('gives the step up when worker after worker is lost', async () => {
    const { client, clock } = await startServer({ leaseMs: LEASE_MS })
    await deploy(client, one)
    const { id } = await client.pipelines.run('one')
    let leased = 0
    for (let i = 0; i < 20; i++) {
      leased += (await acquire(client)).length
      clock.advance(120_000)
    }
    expect(leased).toBe(6)
    expect(await client.runs.get(id)).toMatchObject({ status: 'failed', error: { code: 'LEASE_LOST' } })
  })

  it('is given for what fits; what is too big for any worker runs alone', async () => {
    const { client } = await startServer()
    await deploy(
      client,
      graph('sizes', [step('small', { cpu: 1 }), step('big', { cpu: 8 }), step('other', { cpu: 1 })]),
    )
    await client.pipelines.run('sizes')
    const worker = { ...PLENTY, cpu: 2, waitMs: 0 }
    const first = (await client.leases.acquire(worker)).steps
    expect(first.map((lease) => lease.step)).toEqual(['small', 'other'])
    expect((await client.leases.acquire({ ...worker, cpu: 0 })).steps).toEqual([])
    for (const lease of first)
      await client.leases.report(lease.stepRunId, { leaseToken: lease.leaseToken, ...succeed(1) })
    expect((await client.leases.acquire(worker)).steps.map((lease) => lease.step)).toEqual(['big'])
  })

  it('is waited for without asking again, and comes as soon as there is work', async () => {
    const { client } = await startServer()
    await deploy(client, graph('two', [step('a'), step('b', { inputs: { x: from('a') } })]))
    const waiting = acquire(client, 20_000)
    await client.pipelines.run('two')
    const [a] = await waiting
    expect(a?.step).toBe('a')
    const next = acquire(client, 20_000)
    await client.leases.report(a!.stepRunId, { leaseToken: a!.leaseToken, ...succeed(1) })
    expect((await next).map((lease) => lease.step)).toEqual(['b'])
  })

  it('that is waited for ends when the server closes', async () => {
    const { server, client } = await startServer()
    const waiting = acquire(client, 60_000).catch((error: unknown) => error)
    await expect.poll(() => server.app.server.listening).toBe(true)
    await new Promise((resolve) => setImmediate(resolve))
    const started = performance.now()
    await server.close()
    await waiting
    expect(performance.now() - started).toBeLessThan(5_000)
  })

  it('refuses malformed requests', async () => {
    const { client, server } = await startServer()
    await expect(client.leases.acquire({ ...PLENTY, cpu: -1, waitMs: 0 })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      where: 'body.cpu',
    })
    await expect(client.leases.heartbeat('run_0000000000', { leaseToken: 1, events: [] })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    })
    await expect(client.leases.heartbeat('stp_0000000000', { leaseToken: 1, events: [] })).rejects.toMatchObject({
      code: 'LEASE_LOST',
    })
    const reply = await server.app.inject({
      method: 'POST',
      url: '/api/v1/leases/stp_0000000000/report',
      payload: { status: 'done' },
    })
    expect(reply.statusCode).toBe(400)
  })
})

describe('recovery', () => {
  it('goes on after the server was stopped: nothing finished is lost, a living worker keeps its lease', async () => {
    const first = await startServer({ leaseMs: LEASE_MS })
    await deploy(
      first.client,
      graph('long', [step('a'), step('b', { inputs: { x: from('a') } }), step('c', { inputs: { x: from('b') } })]),
    )
    const { id } = await first.client.pipelines.run('long')
    const [a] = await acquire(first.client)
    await first.client.leases.report(a!.stepRunId, { leaseToken: a!.leaseToken, ...succeed('kept') })
    const [b] = await acquire(first.client)

    const second = await first.restart()
    expect((await second.client.runs.get(id)).steps.map(({ status }) => status)).toEqual([
      'succeeded',
      'running',
      'waiting',
    ])
    expect(await acquire(second.client)).toEqual([])
    await second.client.leases.report(b!.stepRunId, { leaseToken: b!.leaseToken, ...succeed('too') })

    const third = await second.restart()
    await workUntilIdle(third.client)
    const run = await third.client.runs.get(id)
    expect(run.status).toBe('succeeded')
    expect(run.steps[0]?.outputs.out?.value).toBe('kept')
    expect(run.steps[0]?.attempts).toHaveLength(1)
  })

  it('queues a step again whose worker died with the server', async () => {
    const first = await startServer({ leaseMs: LEASE_MS })
    await deploy(first.client, one)
    const { id } = await first.client.pipelines.run('one')
    const [lost] = await acquire(first.client)
    first.clock.advance(LEASE_MS + 1)
    const second = await first.restart()
    first.clock.advance(1_000)
    const [again] = await acquire(second.client)
    expect(again).toMatchObject({ stepRunId: lost!.stepRunId, attempt: 2 })
    expect(again!.leaseToken).toBeGreaterThan(lost!.leaseToken)
    await second.client.leases.report(again!.stepRunId, { leaseToken: again!.leaseToken, ...succeed(1) })
    expect((await second.client.runs.get(id)).status).toBe('succeeded')
  })
})
