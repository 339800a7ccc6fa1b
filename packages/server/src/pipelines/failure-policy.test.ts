import { describe, expect, it } from 'vitest'
import { deploy, from, graph, step } from '../../test/graphs.ts'
import { acquire, echo, fail, succeed, workUntilIdle } from '../../test/scripted-worker.ts'
import { startServer, type TestServer } from '../../test/start-server.ts'

const policed = (onFailure: 'stop' | 'continue' | 'cancel') => ({
  ...graph('policed', [
    step('bad'),
    step('long'),
    step('flaky', { retries: 1 }),
    step('other', { cpu: 1_000 }),
    step('after', { inputs: { x: from('long') } }),
  ]),
  onFailure,
})

/** Starts the run, leases what fits, and lets one step fail. */
async function failOne({ client }: TestServer, onFailure: 'stop' | 'continue' | 'cancel') {
  await deploy(client, policed(onFailure))
  const run = await client.pipelines.run('policed')
  const leases = await acquire(client)
  expect(leases.map((lease) => lease.step).sort()).toEqual(['bad', 'flaky', 'long'])
  const of = (id: string) => leases.find((lease) => lease.step === id)!
  await client.leases.report(of('bad').stepRunId, { ...fail(false), leaseToken: of('bad').leaseToken })
  const statuses = async () =>
    Object.fromEntries((await client.runs.get(run.id)).steps.map((each) => [each.step, each.status]))
  return { run, of, statuses }
}

describe('after a failure', () => {
  it('"continue" goes on with what does not depend on it', async () => {
    const server = await startServer()
    const { client } = server
    const { run, of, statuses } = await failOne(server, 'continue')
    expect(run.onFailure).toBe('continue')
    expect(await statuses()).toEqual({
      bad: 'failed',
      long: 'running',
      flaky: 'running',
      other: 'queued',
      after: 'waiting',
    })
    await client.leases.report(of('long').stepRunId, { ...succeed(1), leaseToken: of('long').leaseToken })
    await client.leases.report(of('flaky').stepRunId, { ...succeed(1), leaseToken: of('flaky').leaseToken })
    expect(await workUntilIdle(client)).toHaveLength(2)
    expect(await statuses()).toMatchObject({ other: 'succeeded', after: 'succeeded' })
    expect((await client.runs.get(run.id)).status).toBe('failed')
  })

  it('"stop" starts nothing more; what has begun finishes, with its further attempts', async () => {
    const server = await startServer()
    const { client, clock } = server
    const { run, of, statuses } = await failOne(server, 'stop')
    expect(await statuses()).toEqual({
      bad: 'failed',
      long: 'running',
      flaky: 'running',
      other: 'cancelled',
      after: 'cancelled',
    })
    expect((await client.runs.get(run.id)).status).toBe('running')
    await client.leases.report(of('long').stepRunId, { ...succeed(1), leaseToken: of('long').leaseToken })
    await client.leases.report(of('flaky').stepRunId, { ...fail(), leaseToken: of('flaky').leaseToken })
    expect(await statuses()).toMatchObject({ long: 'succeeded', flaky: 'queued' })
    clock.advance(1_000)
    expect(await workUntilIdle(client, echo)).toEqual(['flaky'])
    expect(await client.runs.get(run.id)).toMatchObject({ status: 'failed', error: { data: { step: 'bad' } } })
  })

  it('"cancel" also ends what runs, whose worker hears of it', async () => {
    const server = await startServer()
    const { client } = server
    const { run, of, statuses } = await failOne(server, 'cancel')
    expect(await statuses()).toEqual({
      bad: 'failed',
      long: 'cancelled',
      flaky: 'cancelled',
      other: 'cancelled',
      after: 'cancelled',
    })
    expect((await client.runs.get(run.id)).status).toBe('failed')
    const { stepRunId, leaseToken } = of('long')
    expect(await client.leases.heartbeat(stepRunId, { leaseToken, events: [] })).toMatchObject({ cancel: true })
    await client.leases.report(stepRunId, { status: 'cancelled', leaseToken })
    expect(await acquire(client)).toEqual([])
  })

  it('a run may have another policy than its pipeline', async () => {
    const { client } = await startServer()
    await deploy(client, policed('continue'))
    const { id, onFailure } = await client.pipelines.run('policed', { onFailure: 'cancel' })
    expect(onFailure).toBe('cancel')
    const [first] = await acquire(client)
    await client.leases.report(first!.stepRunId, { ...fail(false), leaseToken: first!.leaseToken })
    expect((await client.runs.get(id)).status).toBe('failed')
  })

  it('a question to a person is not left open', async () => {
    const { client } = await startServer()
    const asking = graph('asking', [
      step('bad'),
      step('ask', {
        kind: 'approve',
        outputs: { approved: { kind: 'value', schema: {} } },
        approval: { question: 'Go?', approvers: [] },
      }),
    ])
    await deploy(client, { ...asking, onFailure: 'stop' })
    const { id } = await client.pipelines.run('asking')
    await workUntilIdle(client, () => fail(false))
    expect(await client.runs.get(id)).toMatchObject({
      status: 'failed',
      steps: [{ status: 'failed' }, { status: 'cancelled' }],
    })
  })
})
