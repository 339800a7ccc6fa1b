import { runSchema, runSummarySchema } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { deploy, from, graph, isTrue, param, step, value } from '../../test/graphs.ts'
import { acquire, echo, fail, type Script, succeed, workUntilIdle } from '../../test/scripted-worker.ts'
import { startServer } from '../../test/start-server.ts'

const shape = graph(
  'shape',
  [
    step('join', { inputs: { all: { from: 'list', items: [from('left'), from('right')] } } }),
    step('left', { inputs: { x: from('load') } }),
    step('right', { inputs: { x: from('load'), n: value(7) } }),
    step('load', { inputs: { day: param('day') } }),
  ],
  { day: { schema: { type: 'string' }, default: 'monday' } },
)
const statuses = (run: { steps: readonly { step: string; status: string }[] }) =>
  Object.fromEntries(run.steps.map((each) => [each.step, each.status]))

describe('a run', () => {
  it('goes through the graph in the order of need, side by side where it can', async () => {
    const { client } = await startServer()
    await deploy(client, shape)
    const started = await client.pipelines.run('shape', { params: { day: 'friday' } })
    expect(runSummarySchema.parse(started)).toMatchObject({
      status: 'queued',
      number: 1,
      stepCount: 4,
      trigger: { kind: 'person', by: 'ada' },
    })
    const [load] = await acquire(client)
    expect(load).toMatchObject({
      step: 'load',
      attempt: 1,
      inputs: { day: { value: 'friday', artifacts: [], isList: false } },
    })
    expect(await acquire(client)).toEqual([])
    await client.leases.report(load!.stepRunId, { ...echo(load!), leaseToken: load!.leaseToken })
    expect((await client.runs.get(started.id)).status).toBe('running')
    const both = await acquire(client)
    expect(both.map((lease) => lease.step).sort()).toEqual(['left', 'right'])
    for (const lease of both)
      await client.leases.report(lease.stepRunId, { ...echo(lease), leaseToken: lease.leaseToken })
    const [join] = await acquire(client)
    expect(join?.inputs.all).toEqual({
      type: { kind: 'value', schema: {} },
      isList: true,
      artifacts: [],
      value: ['left("load(\\"friday\\")")', 'right("load(\\"friday\\")",7)'],
    })
    await client.leases.report(join!.stepRunId, { ...succeed('all'), leaseToken: join!.leaseToken })
    const run = runSchema.parse(await client.runs.get(started.id))
    expect(run).toMatchObject({ status: 'succeeded', finishedStepCount: 4, cachedStepCount: 0 })
    expect(run.steps.find((each) => each.step === 'join')?.outputs.out?.value).toBe('all')
  })

  it('keeps lines, numbers and progress of its steps', async () => {
    const { client, clock } = await startServer()
    await deploy(client, graph('talk', [step('a')]))
    const { id } = await client.pipelines.run('talk')
    const [lease] = await acquire(client)
    const at = new Date(clock.now()).toISOString()
    const line = (text: string) => ({ type: 'log', stream: 'stdout', text, at }) as const
    await client.leases.heartbeat(lease!.stepRunId, {
      leaseToken: lease!.leaseToken,
      events: [
        line('Hello'),
        line('50% of a_b'),
        { type: 'metric', name: 'auc', value: 0.5, step: 1, at },
        { type: 'progress', fraction: 0.25, message: 'trees', at },
      ],
    })
    expect((await client.runs.get(id)).steps[0]).toMatchObject({ progress: 0.25, progressMessage: 'trees' })
    await client.leases.report(lease!.stepRunId, {
      ...succeed(1),
      leaseToken: lease!.leaseToken,
      events: [line('Bye'), { type: 'metric', name: 'auc', value: 0.75, step: 2, at }],
    })
    expect((await client.runs.get(id)).metrics).toEqual({ auc: 0.75 })
    expect((await client.runs.metrics(id)).points.map((point) => [point.step, point.value, point.stepName])).toEqual([
      [1, 0.5, 'a'],
      [2, 0.75, 'a'],
    ])
    const all = await client.runs.logs(id)
    expect(all.lines.map(({ text }) => text)).toEqual(['Hello', '50% of a_b', 'Bye'])
    const first = await client.runs.logs(id, { limit: 2 })
    expect((await client.runs.logs(id, { after: first.next })).lines.map(({ text }) => text)).toEqual(['Bye'])
    expect((await client.runs.logs(id, { after: all.next })).next).toBe(all.next)
    expect((await client.runs.logs(id, { search: '% OF A_' })).lines).toHaveLength(1)
    expect((await client.runs.logs(id, { search: 'h_llo' })).lines).toHaveLength(0)
    expect((await client.runs.logs(id, { step: 'b' })).lines).toHaveLength(0)
  })

  it('stops what depends on a failure, finishes the rest, then fails', async () => {
    const { client } = await startServer()
    await deploy(client, shape)
    const { id } = await client.pipelines.run('shape')
    const script: Script = (lease) => (lease.step === 'left' ? fail(false) : echo(lease))
    await workUntilIdle(client, script)
    const run = await client.runs.get(id)
    expect(statuses(run)).toEqual({ load: 'succeeded', left: 'failed', right: 'succeeded', join: 'cancelled' })
    expect(run).toMatchObject({
      status: 'failed',
      error: {
        code: 'USER_CODE_FAILED',
        where: 'left',
        hint: `Read its logs (regia logs ${id} left); "regia recover ${id}" then runs what did not finish.`,
        data: { step: 'left', attempt: 1 },
      },
    })
  })

  it('tries again as often as the author allows, each time later', async () => {
    const { client, clock } = await startServer()
    await deploy(client, graph('flaky', [step('a', { retries: 2 })]))
    const { id } = await client.pipelines.run('flaky')
    expect(await workUntilIdle(client, () => fail())).toEqual(['a'])
    clock.advance(999)
    expect(await acquire(client)).toEqual([])
    clock.advance(1)
    expect(await workUntilIdle(client, () => fail())).toEqual(['a'])
    clock.advance(2_000)
    expect(await workUntilIdle(client, (lease) => succeed(lease.attempt))).toEqual(['a'])
    const run = await client.runs.get(id)
    expect(run.status).toBe('succeeded')
    expect(run.steps[0]?.attempts.map(({ status }) => status)).toEqual(['failed', 'failed', 'succeeded'])
  })

  it('skips what its condition excludes', async () => {
    const { client } = await startServer()
    await deploy(
      client,
      graph('maybe', [
        step('test'),
        step('keep', { when: isTrue(from('test')) }),
        step('tell', { inputs: { x: from('keep') } }),
      ]),
    )
    const { id } = await client.pipelines.run('maybe')
    expect(await workUntilIdle(client, () => succeed(false))).toEqual(['test'])
    expect(await client.runs.get(id)).toMatchObject({
      status: 'succeeded',
      steps: [{ status: 'succeeded' }, { status: 'skipped' }, { status: 'skipped' }],
    })
  })

  it('ends at once when it is cancelled', async () => {
    const { client } = await startServer()
    await deploy(client, shape)
    const { id } = await client.pipelines.run('shape')
    const [lease] = await acquire(client)
    expect(await client.runs.cancel(id)).toMatchObject({ status: 'cancelled', finishedStepCount: 4 })
    expect(
      await client.leases.heartbeat(lease!.stepRunId, { leaseToken: lease!.leaseToken, events: [] }),
    ).toMatchObject({ cancel: true })
    await client.leases.report(lease!.stepRunId, { status: 'cancelled', leaseToken: lease!.leaseToken })
    expect(await acquire(client)).toEqual([])
    await expect(client.runs.cancel(id)).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('refuses outputs that the step did not declare or that are not there', async () => {
    const { client } = await startServer()
    await deploy(client, graph('wrong', [step('a'), step('b', { outputs: { out: { kind: 'table' } } })]))
    const { id } = await client.pipelines.run('wrong')
    const leases = await acquire(client)
    for (const { stepRunId, leaseToken } of leases)
      await client.leases.report(stepRunId, { status: 'succeeded', leaseToken, outputs: {} })
    const run = await client.runs.get(id)
    expect(run.steps.map((each) => each.error?.code)).toEqual(['STEP_OUTPUT_INVALID', 'STEP_OUTPUT_INVALID'])
  })

  it('is found by pipeline, status, number and parameter', async () => {
    const { client, clock } = await startServer()
    await deploy(client, shape)
    await deploy(client, graph('other', [step('a')]))
    for (const day of ['monday', 'tuesday', 'friday']) {
      await client.pipelines.run('shape', { params: { day } })
      clock.advance(1000)
    }
    await client.pipelines.run('other')
    await workUntilIdle(client)
    const numbers = async (query: Parameters<typeof client.runs.list>[0]) =>
      (await client.runs.list(query)).items.map(({ number }) => number)
    expect(await numbers({ pipeline: 'shape' })).toEqual([3, 2, 1])
    expect(await numbers({ pipeline: 'shape', sort: 'number' })).toEqual([1, 2, 3])
    expect(await numbers({ search: 'FRIDAY' })).toEqual([3])
    expect(await numbers({ pipeline: 'shape', search: '#2' })).toEqual([2])
    expect(await numbers({ status: 'failed,cancelled' })).toEqual([])
    const page = await client.runs.list({ limit: 3 })
    expect(page.total).toBe(4)
    expect((await client.runs.list({ limit: 3, cursor: page.nextCursor ?? '' })).items).toHaveLength(1)
    await expect(client.runs.list({ status: 'done' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(client.runs.list({ sort: 'color' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(client.runs.list({ cursor: 'nonsense' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  it('cannot begin without its parameters, datasets and models', async () => {
    const { client } = await startServer()
    await deploy(client, shape)
    await expect(client.pipelines.run('shape', { params: { dya: 'monday' } })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      hint: 'Did you mean "day"?',
    })
    await expect(client.pipelines.run('shap')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      hint: 'Did you mean "shape"?',
    })
    await expect(client.pipelines.run('shape', { version: 9 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const table = { inputTypes: { x: { kind: 'table' } } } as const
    await deploy(client, graph('reads', [step('a', { ...table, inputs: { x: { from: 'dataset', name: 'nothing' } } })]))
    await expect(client.pipelines.run('reads')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const model = (optional: boolean) =>
      graph('asks', [
        step('a', {
          inputTypes: { m: { kind: 'model' } },
          inputs: { m: { from: 'model', name: 'm', alias: 'champion', optional } },
        }),
      ])
    await deploy(client, model(false))
    await expect(client.pipelines.run('asks')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await deploy(client, model(true))
    await client.pipelines.run('asks')
    expect((await acquire(client))[0]?.inputs.m).toEqual({ type: { kind: 'model' }, artifacts: [], isList: false })
  })
})
