import { describe, expect, it } from 'vitest'
import { chain, deploy, from, graph, param, step } from '../../test/graphs.ts'
import { acquire, echo, fail, type Script, succeed, workUntilIdle } from '../../test/scripted-worker.ts'
import { startServer } from '../../test/start-server.ts'

const withCode = (code: string) =>
  graph(
    'trees',
    [
      step('load'),
      step('train', { code, inputs: { rows: from('load'), depth: param('depth') } }),
      step('tell', { inputs: { model: from('train') } }),
    ],
    { depth: { schema: { type: 'integer' }, default: 6 } },
  )

describe('the cache', () => {
  it('takes every result of an unchanged second run, and says from where', async () => {
    const { client } = await startServer()
    await deploy(client, withCode('v1'))
    const first = await client.pipelines.run('trees')
    const [load] = await acquire(client)
    const at = '2026-03-01T00:00:00.000Z'
    await client.leases.report(load!.stepRunId, {
      ...echo(load!),
      leaseToken: load!.leaseToken,
      events: [{ type: 'metric', name: 'rows', value: 12, step: 0, at }],
    })
    await workUntilIdle(client)
    const second = await client.pipelines.run('trees')
    expect(second).toMatchObject({
      status: 'succeeded',
      cachedStepCount: 3,
      finishedStepCount: 3,
      metrics: { rows: 12 },
    })
    expect(await acquire(client)).toEqual([])
    const run = await client.runs.get(second.id)
    expect(run.steps.map(({ cache }) => [cache?.hit, cache?.sourceRunId, cache?.changed])).toEqual([
      [true, first.id, []],
      [true, first.id, []],
      [true, first.id, []],
    ])
    expect(run.steps[1]?.cache?.reason).toBe('Code and inputs are those of trees #1; its outputs were taken.')
    expect(run.steps[1]?.outputs).toEqual((await client.runs.get(first.id)).steps[1]?.outputs)
  })

  it('runs what changed and what depends on it, and says what changed', async () => {
    const { client } = await startServer()
    await deploy(client, withCode('v1'))
    await client.pipelines.run('trees')
    await workUntilIdle(client)

    const deeper = await client.pipelines.run('trees', { params: { depth: 8 } })
    const script: Script = (lease) => (lease.step === 'train' ? succeed('deeper') : echo(lease))
    expect(await workUntilIdle(client, script)).toEqual(['train', 'tell'])
    const steps = (await client.runs.get(deeper.id)).steps
    expect(steps.map(({ status }) => status)).toEqual(['cached', 'succeeded', 'succeeded'])
    expect(steps[1]?.cache).toMatchObject({
      hit: false,
      changed: [{ part: 'input depth', before: '6', now: '8' }],
      reason: 'Changed since the last run of this step: input depth.',
    })
    expect(steps[2]?.cache?.changed.map(({ part }) => part)).toEqual(['input model'])

    await deploy(client, withCode('v2'))
    const newCode = await client.pipelines.run('trees', { params: { depth: 8 } })
    // The new code gives the same model: what depends on it need not run again.
    expect(await workUntilIdle(client, script)).toEqual(['train'])
    const again = (await client.runs.get(newCode.id)).steps
    expect(again[1]?.cache?.changed.map(({ part }) => part)).toEqual(['code'])
    expect(again[2]?.status).toBe('cached')
  })

  it('plans what a run would do', async () => {
    const { client } = await startServer()
    await deploy(client, withCode('v1'))
    const actions = async (params?: Record<string, unknown>) =>
      (await client.pipelines.plan('trees', params ? { params } : {})).steps.map(({ action, changed }) =>
        [action, ...changed.map(({ part }) => part)].join(' '),
      )
    expect(await actions()).toEqual(['run', 'run', 'run'])
    await client.pipelines.run('trees')
    await workUntilIdle(client)
    expect(await actions()).toEqual(['cached', 'cached', 'cached'])
    expect(await actions({ depth: 9 })).toEqual(['cached', 'run input depth', 'unknown'])
  })

  it('does everything afresh when asked, and where a step says so', async () => {
    const { client } = await startServer()
    await deploy(client, graph('clock', [step('a', { cache: false }), step('b', { inputs: { x: from('a') } })]))
    await client.pipelines.run('clock')
    await workUntilIdle(client)
    const second = await client.pipelines.run('clock')
    expect(await workUntilIdle(client)).toEqual(['a'])
    expect((await client.runs.get(second.id)).steps.map(({ cache }) => cache?.reason)).toEqual([
      'This step is never taken from the cache (cache: false).',
      'Code and inputs are those of clock #1; its outputs were taken.',
    ])
    await client.pipelines.run('clock', { useCache: false })
    expect(await workUntilIdle(client)).toEqual(['a', 'b'])
  })

  it('never keeps a failure', async () => {
    const { client } = await startServer()
    await deploy(client, graph('fails', [step('a')]))
    await client.pipelines.run('fails')
    await workUntilIdle(client, () => fail(false))
    const second = await client.pipelines.run('fails')
    expect((await client.runs.get(second.id)).steps[0]?.cache).toMatchObject({
      hit: false,
      changed: [],
      reason: 'Nothing changed, but the last run of this step left no result.',
    })
    expect(await workUntilIdle(client)).toEqual(['a'])
  })

  it('lets runs that need the same result wait for one of them', async () => {
    const { client } = await startServer()
    await deploy(client, withCode('v1'))
    const runs = await Promise.all([1, 2, 3].map(() => client.pipelines.run('trees')))
    expect(await workUntilIdle(client)).toEqual(['load', 'train', 'tell'])
    const finished = await Promise.all(runs.map(({ id }) => client.runs.get(id)))
    expect(finished.map(({ status, cachedStepCount }) => [status, cachedStepCount]).sort()).toEqual([
      ['succeeded', 0],
      ['succeeded', 3],
      ['succeeded', 3],
    ])
  })

  it('lets another run do the work when the one in front fails or is cancelled', async () => {
    const { client } = await startServer()
    await deploy(client, graph('same', [step('a')]))
    const [first, second, third] = [
      await client.pipelines.run('same'),
      await client.pipelines.run('same'),
      await client.pipelines.run('same'),
    ]
    const [lease] = await acquire(client)
    expect(await acquire(client)).toEqual([])
    await client.leases.report(lease!.stepRunId, { ...fail(false), leaseToken: lease!.leaseToken })
    await client.runs.cancel(second!.id)
    expect(await workUntilIdle(client)).toEqual(['a'])
    const statuses = await Promise.all(
      [first, second, third].map(async (run) => (await client.runs.get(run!.id)).status),
    )
    expect(statuses).toEqual(['failed', 'cancelled', 'succeeded'])
  })

  it('finishes a cached run of 100 steps in a moment', async () => {
    const { client } = await startServer()
    await deploy(client, chain('hundred', 100))
    await client.pipelines.run('hundred')
    await workUntilIdle(client)
    const started = performance.now()
    const second = await client.pipelines.run('hundred')
    console.info(`cached run of 100 steps: ${Math.round(performance.now() - started)} ms`)
    expect(second).toMatchObject({ status: 'succeeded', cachedStepCount: 100 })
  })
})
