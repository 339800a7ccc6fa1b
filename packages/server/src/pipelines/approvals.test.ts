import { type RunSummary, runSchema } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { deploy, from, graph, isTrue, step } from '../../test/graphs.ts'
import { acquire, succeed, workUntilIdle } from '../../test/scripted-worker.ts'
import { startServer } from '../../test/start-server.ts'

const VALUE = { kind: 'value', schema: {} } as const
const ask = (approval: { approvers?: string[]; timeoutMs?: number } = {}) =>
  graph('release', [
    step('train'),
    step('ask', {
      kind: 'approve',
      inputs: { model: from('train') },
      outputs: { approved: VALUE, comment: VALUE },
      approval: { question: 'Release it?', approvers: [], ...approval },
    }),
    step('publish', { when: isTrue(from('ask', 'approved')) }),
  ])

const statuses = (run: { steps: readonly { step: string; status: string }[] }) =>
  Object.fromEntries(run.steps.map((each) => [each.step, each.status]))

describe('an approve step', () => {
  it('pauses the run without a lease until a person has decided', async () => {
    const { client, server } = await startServer()
    const told: unknown[] = []
    server.services.pipelines.observe({
      approvalWanted: (run: RunSummary, of, question) => void told.push([run.status, of, question]),
      runSettled: (run: RunSummary) => void told.push(run.status),
    })
    await deploy(client, ask())
    const { id } = await client.pipelines.run('release')
    expect(await workUntilIdle(client)).toEqual(['train'])
    const paused = runSchema.parse(await client.runs.get(id))
    expect(paused.status).toBe('paused')
    expect(paused.steps[1]).toMatchObject({
      status: 'paused',
      attempts: [],
      approval: { question: 'Release it?', approvers: [] },
      inputs: { model: { kind: 'value' } },
      cache: { hit: false, reason: 'A person is asked each time.' },
    })
    expect((await client.runs.list({ status: 'paused' })).total).toBe(1)
    expect(await acquire(client)).toEqual([])

    const answered = await client.runs.approve(id, 'ask', { isApproved: true, comment: 'Looks good.' })
    expect(answered.status).toBe('running')
    expect((await client.runs.get(id)).steps[1]).toMatchObject({
      status: 'succeeded',
      approval: { isApproved: true, by: 'ada', comment: 'Looks good.' },
      outputs: { approved: { value: true }, comment: { value: 'Looks good.' } },
    })
    expect(await workUntilIdle(client)).toEqual(['publish'])
    expect((await client.runs.get(id)).status).toBe('succeeded')
    expect(told).toEqual([['paused', 'ask', 'Release it?'], 'succeeded'])
  })

  it('takes a no for an answer', async () => {
    const { client } = await startServer()
    await deploy(client, ask())
    const { id } = await client.pipelines.run('release')
    await workUntilIdle(client)
    const run = await client.runs.approve(id, 'ask', { isApproved: false, by: 'grace' })
    expect(run.status).toBe('succeeded')
    expect(statuses(await client.runs.get(id))).toEqual({ train: 'succeeded', ask: 'succeeded', publish: 'skipped' })
  })

  it('is decided once, by who may', async () => {
    const { client } = await startServer()
    await deploy(client, ask({ approvers: ['grace', 'alan'] }))
    const { id } = await client.pipelines.run('release')
    await expect(client.runs.approve(id, 'ask', { isApproved: true, by: 'grace' })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'Step "ask" of release #1 asks nothing now: it is waiting.',
    })
    await workUntilIdle(client)
    await expect(client.runs.approve(id, 'ask', { isApproved: true })).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      hint: expect.stringMatching(/^Who may: grace, alan\. The command answers as the account in USER/),
    })
    await client.runs.approve(id, 'ask', { isApproved: false, by: 'alan' })
    await expect(client.runs.approve(id, 'ask', { isApproved: true, by: 'grace' })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'Step "ask" of release #1 was decided already: no, by "alan".',
    })
    await expect(client.runs.approve(id, 'asq', { isApproved: true })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(client.runs.approve(id, 'train', { isApproved: true })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('is a no when nobody answers in time, also across a restart', async () => {
    const first = await startServer()
    await deploy(first.client, ask({ timeoutMs: 60_000 }))
    const { id } = await first.client.pipelines.run('release')
    await workUntilIdle(first.client)
    first.clock.advance(59_000)
    const second = await first.restart()
    expect((await second.client.runs.get(id)).status).toBe('paused')
    second.clock.advance(1_000)
    await second.server.services.pipelines.stop()
    await second.server.services.pipelines.start()
    expect(await second.client.runs.get(id)).toMatchObject({
      status: 'succeeded',
      steps: [{}, { approval: { isApproved: false, by: 'timeout' }, outputs: { approved: { value: false } } }, {}],
    })
  })

  it('asks again in the next run, even when nothing changed', async () => {
    const { client } = await startServer()
    await deploy(client, ask())
    const first = await client.pipelines.run('release')
    await workUntilIdle(client)
    await client.runs.approve(first.id, 'ask', { isApproved: true })
    await workUntilIdle(client)
    const second = await client.pipelines.run('release')
    expect(second.status).toBe('paused')
    expect(statuses(await client.runs.get(second.id))).toEqual({ train: 'cached', ask: 'paused', publish: 'waiting' })
    expect(await client.runs.cancel(second.id)).toMatchObject({ status: 'cancelled' })
    await expect(client.runs.approve(second.id, 'ask', { isApproved: true })).rejects.toMatchObject({
      code: 'CONFLICT',
    })
  })

  it('leaves the run running while something else goes on', async () => {
    const { client } = await startServer()
    const both = ask()
    await deploy(client, { ...both, steps: [...both.steps, step('long')] })
    const { id } = await client.pipelines.run('release')
    const leases = await acquire(client)
    const of = (name: string) => leases.find((lease) => lease.step === name)!
    await client.leases.report(of('train').stepRunId, { ...succeed(1), leaseToken: of('train').leaseToken })
    expect(await client.runs.get(id)).toMatchObject({ status: 'running' })
    await client.leases.report(of('long').stepRunId, { ...succeed(1), leaseToken: of('long').leaseToken })
    expect(await client.runs.get(id)).toMatchObject({ status: 'paused' })
  })
})
