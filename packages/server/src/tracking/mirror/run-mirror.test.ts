import { describe, expect, it } from 'vitest'
import { deploy, from, graph, param, step } from '../../../test/graphs.ts'
import { acquire, fail, succeed } from '../../../test/scripted-worker.ts'
import { startServer } from '../../../test/start-server.ts'

const shape = graph(
  'delays',
  [step('load', { inputs: { day: param('day') } }), step('train', { inputs: { x: from('load') } })],
  { day: { schema: { type: 'string' }, default: 'monday' } },
)
const PATIENCE = { timeout: 45_000 }

describe('a run of a pipeline among the tracked runs', () => {
  it('is a run of its experiment with its steps as children', async () => {
    const { client, clock } = await startServer()
    await deploy(client, shape)
    const { id } = await client.pipelines.run('delays', { params: { day: 'friday' } })
    const [load] = await acquire(client)
    await client.leases.report(load!.stepRunId, { ...succeed(1), leaseToken: load!.leaseToken })
    const [train] = await acquire(client)
    const at = new Date(clock.now()).toISOString()
    await client.leases.report(train!.stepRunId, {
      ...succeed(2),
      leaseToken: train!.leaseToken,
      events: [1, 2, 3].map(
        (number) => ({ type: 'metric', name: 'auc', value: number / 4, step: number, at }) as const,
      ),
    })
    await expect.poll(() => client.tracking.get(id), PATIENCE).toMatchObject({ status: 'succeeded' })

    const parent = await client.tracking.get(id)
    expect(parent).toMatchObject({
      name: 'delays #1',
      source: 'pipeline',
      user: 'ada',
      params: { day: 'friday' },
      metrics: [{ key: 'auc', value: 0.75, step: 3 }],
      tags: { pipeline: 'delays', 'pipeline.version': '1', trigger: 'person ada' },
      origin: { runId: id, pipeline: 'delays', number: 1 },
      childCount: 2,
    })
    expect(await client.experiments.get(parent.experimentId)).toMatchObject({ name: 'delays' })
    expect(await client.tracking.get(train!.stepRunId)).toMatchObject({
      name: 'train',
      status: 'succeeded',
      parentId: id,
      metrics: [{ key: 'auc', value: 0.75 }],
      origin: { step: 'train' },
    })
    const { items } = await client.tracking.history(id, 'auc')
    expect(items.map(({ value }) => value)).toEqual([0.25, 0.5, 0.75])
  })

  it('catches up after a restart with what it did not see, and stays deleted where somebody deleted it', async () => {
    const first = await startServer()
    await deploy(first.client, shape)
    const { id } = await first.client.pipelines.run('delays')
    await expect.poll(() => first.client.tracking.get(id), PATIENCE).toMatchObject({ status: 'scheduled' })
    await first.client.tracking.delete(id)
    const [load] = await acquire(first.client)
    await first.client.leases.report(load!.stepRunId, { ...fail(), leaseToken: load!.leaseToken })
    const { client } = await first.restart()
    await expect.poll(() => client.tracking.get(id), PATIENCE).toMatchObject({ status: 'failed', lifecycle: 'deleted' })
    await expect.poll(() => client.tracking.get(load!.stepRunId), PATIENCE).toMatchObject({ status: 'failed' })
  })
})
