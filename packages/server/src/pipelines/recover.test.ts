import type { Run } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { deploy, from, graph, isTrue, param, step } from '../../test/graphs.ts'
import { acquire, echo, fail, type Script, succeed, workUntilIdle } from '../../test/scripted-worker.ts'
import { startServer } from '../../test/start-server.ts'

const flow = graph(
  'flow',
  [
    step('load', { cache: false, inputs: { day: param('day') } }),
    step('clean', { inputs: { x: from('load') } }),
    step('maybe', { when: isTrue(from('load')) }),
    step('train', { inputs: { x: from('clean') } }),
    step('tell', { inputs: { x: from('train') }, cache: false }),
  ],
  { day: { schema: { type: 'string' } } },
)
const statuses = (run: Run) => Object.fromEntries(run.steps.map((each) => [each.step, each.status]))
const failing =
  (id: string): Script =>
  (lease) =>
    lease.step === id ? fail(false) : echo(lease)

async function failed(at: string) {
  const server = await startServer()
  await deploy(server.client, flow)
  const { id } = await server.client.pipelines.run('flow', { params: { day: 'monday' } })
  await workUntilIdle(server.client, failing(at))
  expect((await server.client.runs.get(id)).status).toBe('failed')
  return { ...server, id }
}

describe('a run that is recovered', () => {
  it('takes over every finished step, also those that are never cached, and runs the rest', async () => {
    const { client, id } = await failed('train')
    const again = await client.runs.recover(id)
    expect(again).toMatchObject({
      recoveredFrom: id,
      params: { day: 'monday' },
      pipelineVersion: 1,
      trigger: { kind: 'person', by: 'ada' },
    })
    expect(await workUntilIdle(client)).toEqual(['train', 'tell'])
    const run = await client.runs.get(again.id)
    expect(run.status).toBe('succeeded')
    expect(statuses(run)).toEqual({
      load: 'cached',
      clean: 'cached',
      maybe: 'skipped',
      train: 'succeeded',
      tell: 'succeeded',
    })
    expect(run.steps[0]).toMatchObject({
      outputs: { out: { value: 'load("monday")' } },
      cache: { hit: true, sourceRunId: id, reason: 'Taken over from flow #1, which this run recovers.' },
    })
    expect((await client.runs.get(id)).status).toBe('failed')
  })

  it('is of the version that ran, whatever was deployed since', async () => {
    const { client, id } = await failed('train')
    await deploy(client, graph('flow', [step('new')]))
    const again = await client.runs.recover(id)
    expect(again.pipelineVersion).toBe(1)
    expect(await workUntilIdle(client)).toEqual(['train', 'tell'])
  })

  it('does again what is to be done afresh, and what that changes', async () => {
    const { client, id } = await failed('tell')
    const again = await client.runs.recover(id, { refresh: ['clean'] })
    const changed: Script = (lease) => (lease.step === 'clean' ? succeed('cleaner') : echo(lease))
    expect(await workUntilIdle(client, changed)).toEqual(['clean', 'train', 'tell'])
    expect(statuses(await client.runs.get(again.id))).toMatchObject({ load: 'cached', clean: 'succeeded' })
    const same = await client.runs.recover(id, { refresh: ['clean'] })
    expect(await workUntilIdle(client, echo)).toEqual(['clean', 'tell'])
    expect(statuses(await client.runs.get(same.id))).toMatchObject({ clean: 'succeeded', train: 'cached' })
    await expect(client.runs.recover(id, { refresh: ['claen'] })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  it('goes on after it was cancelled', async () => {
    const { client } = await startServer()
    await deploy(client, flow)
    const { id } = await client.pipelines.run('flow', { params: { day: 'friday' } })
    const [load] = await acquire(client)
    await expect(client.runs.recover(id)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'Run flow #1 still goes on: it is running.',
      hint: `Wait for its end, or end it: regia runs cancel ${id}.`,
    })
    await client.leases.report(load!.stepRunId, { ...echo(load!), leaseToken: load!.leaseToken })
    await client.runs.cancel(id)
    const again = await client.runs.recover(id)
    expect(await workUntilIdle(client)).toEqual(['clean', 'train', 'tell'])
    expect(await client.runs.get(again.id)).toMatchObject({ status: 'succeeded', recoveredFrom: id })
  })

  it('keeps its selection, what it took for it, and its policy', async () => {
    const { client } = await startServer()
    await deploy(client, flow)
    await client.pipelines.run('flow', { params: { day: 'monday' } })
    await workUntilIdle(client)
    const selection = { from: ['train'] }
    const options = { params: { day: 'monday' }, selection, onFailure: 'stop', useCache: false } as const
    const { id } = await client.pipelines.run('flow', options)
    await workUntilIdle(client, failing('tell'))
    const again = await client.runs.recover(id)
    expect(again).toMatchObject({ selection, onFailure: 'stop' })
    expect(await workUntilIdle(client)).toEqual(['tell'])
    expect(statuses(await client.runs.get(again.id))).toEqual({
      load: 'skipped',
      clean: 'cached',
      maybe: 'skipped',
      train: 'cached',
      tell: 'succeeded',
    })
  })

  it('can be recovered again, and keeps its metrics', async () => {
    const { client, clock } = await startServer()
    await deploy(client, flow)
    const { id } = await client.pipelines.run('flow', { params: { day: 'monday' } })
    const [load] = await acquire(client)
    const at = new Date(clock.now()).toISOString()
    const metric = { type: 'metric', name: 'rows', value: 7, step: 0, at } as const
    const { stepRunId, leaseToken } = load!
    await client.leases.report(stepRunId, { ...echo(load!), leaseToken, events: [metric] })
    await workUntilIdle(client, failing('clean'))
    const second = await client.runs.recover(id)
    await workUntilIdle(client, failing('train'))
    const third = await client.runs.recover(second.id)
    expect(await workUntilIdle(client)).toEqual(['train', 'tell'])
    const run = await client.runs.get(third.id)
    expect(run).toMatchObject({ status: 'succeeded', metrics: { rows: 7 }, recoveredFrom: second.id })
    expect(run.steps[0]?.cache?.sourceRunId).toBe(id)
  })

  it('is not asked again what a person has answered', async () => {
    const { client } = await startServer()
    const ask = step('ask', {
      kind: 'approve',
      outputs: { approved: { kind: 'value', schema: {} } },
      approval: { question: 'Go?', approvers: [] },
    })
    await deploy(client, graph('asks', [ask, step('go', { when: isTrue(from('ask', 'approved')) })]))
    const { id } = await client.pipelines.run('asks')
    await client.runs.approve(id, 'ask', { isApproved: true })
    await workUntilIdle(client, () => fail(false))
    const again = await client.runs.recover(id)
    expect(again.status).toBe('running')
    expect((await client.runs.get(again.id)).steps[0]).toMatchObject({ status: 'cached', approval: { by: 'ada' } })
    expect(await workUntilIdle(client)).toEqual(['go'])
  })
})
