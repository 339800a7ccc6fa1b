import type { GraphStep, Run, Selection } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { describe, expect, it } from 'vitest'
import { deploy, from, graph, step } from '../../test/graphs.ts'
import { fail, succeed, workUntilIdle } from '../../test/scripted-worker.ts'
import { startServer } from '../../test/start-server.ts'

/** load → clean → train → report, and load → plot beside it. */
const flow = (codes: Readonly<Record<string, string>> = {}, options: Partial<GraphStep> = {}) =>
  graph('flow', [
    step('load', { code: codes.load ?? 'load', ...options, tags: ['data'] }),
    step('clean', { code: codes.clean ?? 'clean', inputs: { x: from('load') }, group: 'prepare', tags: ['data'] }),
    step('train', { code: codes.train ?? 'train', inputs: { x: from('clean') }, tags: ['model'] }),
    step('report', { inputs: { x: from('train') } }),
    step('plot', { inputs: { x: from('load') } }),
  ])

const statuses = (run: Run) => Object.fromEntries(run.steps.map((each) => [each.step, each.status]))
const actions = async (client: RegiaClient, selection: Selection) =>
  Object.fromEntries(
    (await client.pipelines.plan('flow', { selection })).steps.map(({ step: id, action }) => [id, action]),
  )

async function ranOnce(of = flow()) {
  const server = await startServer()
  await deploy(server.client, of)
  await server.client.pipelines.run('flow')
  await workUntilIdle(server.client)
  return server
}

describe('a selection', () => {
  it.each<[string, Selection, readonly string[]]>([
    ['from a step', { from: ['train'] }, ['train', 'report']],
    ['to a step', { to: ['clean'] }, ['load', 'clean']],
    ['from one step to another', { from: ['clean'], to: ['train'] }, ['clean', 'train']],
    ['only a step', { only: ['train'] }, ['train']],
    ['only a group', { only: ['prepare'] }, ['clean']],
    ['by tag', { tags: ['data'] }, ['load', 'clean']],
    ['by one of several tags', { tags: ['data', 'model'] }, ['load', 'clean', 'train']],
    ['from a step by tag', { from: ['clean'], tags: ['model'] }, ['train']],
  ])('%s', async (_, selection, expected) => {
    const { client } = await ranOnce()
    const run = await client.pipelines.run('flow', { selection, useCache: false })
    expect(run.selection).toEqual(selection)
    expect((await workUntilIdle(client)).toSorted()).toEqual(expected.toSorted())
    expect((await client.runs.get(run.id)).status).toBe('succeeded')
  })

  it('takes what it needs from the cache, and skips what nobody needs', async () => {
    const { client } = await ranOnce()
    await deploy(client, flow({ train: 'better' }))
    expect(await actions(client, { only: ['train'] })).toEqual({
      load: 'skipped',
      clean: 'reused',
      train: 'run',
      report: 'skipped',
      plot: 'skipped',
    })
    const { id } = await client.pipelines.run('flow', { selection: { only: ['train'] } })
    expect(await workUntilIdle(client)).toEqual(['train'])
    const run = await client.runs.get(id)
    expect(statuses(run)).toEqual({
      load: 'skipped',
      clean: 'cached',
      train: 'succeeded',
      report: 'skipped',
      plot: 'skipped',
    })
    expect(run).toMatchObject({ status: 'succeeded', finishedStepCount: 5, cachedStepCount: 1 })
    expect(run.steps[1]?.cache?.reason).toBe('Not selected; its outputs are those of flow #1, from the cache.')
  })

  it('takes what the cache does not have from the last run in which the step finished', async () => {
    const { client } = await ranOnce()
    await deploy(client, flow({ load: 'other', clean: 'other' }))
    const failing = await client.pipelines.run('flow')
    await workUntilIdle(client, ({ step: id }) => (id === 'clean' ? fail(false) : succeed('new')))
    expect((await client.runs.get(failing.id)).status).toBe('failed')

    const selection = { from: ['train'] }
    const { steps } = await client.pipelines.plan('flow', { selection })
    const reason = 'Not selected; its outputs are those of flow #1, the last run in which it finished.'
    expect(steps.find((each) => each.step === 'clean')).toEqual({
      step: 'clean',
      action: 'reused',
      reason,
      changed: [],
    })
    const run = await client.runs.get((await client.pipelines.run('flow', { selection, useCache: false })).id)
    expect(run.steps.find((each) => each.step === 'clean')).toMatchObject({
      status: 'cached',
      outputs: { out: { value: 'clean("load()")' } },
      cache: { hit: true, reason, sourceRunId: expect.stringMatching(/^run_/) },
    })
    expect(await workUntilIdle(client)).toEqual(['train', 'report'])
  })

  it('also takes what a step that is never cached made last', async () => {
    const { client } = await ranOnce(flow({}, { cache: false }))
    const { id } = await client.pipelines.run('flow', { selection: { only: ['plot', 'clean'] }, useCache: false })
    expect((await workUntilIdle(client)).toSorted()).toEqual(['clean', 'plot'])
    expect(statuses(await client.runs.get(id))).toMatchObject({ load: 'cached', clean: 'succeeded' })
  })

  it('does not begin where what it needs was never made, and says what to do', async () => {
    const { client } = await startServer()
    await deploy(client, flow())
    const expected = {
      code: 'STEP_INPUT_MISSING',
      message:
        'Step "train" needs what "clean" makes; "clean" is not selected, and no run of pipeline "flow" has left its outputs.',
      hint: 'Select "clean" too (--from clean), or run the whole pipeline once.',
    }
    await expect(client.pipelines.run('flow', { selection: { from: ['train'] } })).rejects.toMatchObject(expected)
    await expect(client.pipelines.plan('flow', { selection: { from: ['train'] } })).rejects.toMatchObject(expected)
    expect((await client.runs.list()).total).toBe(0)
  })

  it('does not mistake a step that was left out for one that finished', async () => {
    const { client } = await ranOnce()
    await client.pipelines.run('flow', { selection: { only: ['load'] }, useCache: false })
    await workUntilIdle(client)
    await deploy(client, flow({ load: 'other', clean: 'other' }))
    const run = await client.pipelines.run('flow', { selection: { only: ['train'] } })
    expect((await client.runs.get(run.id)).steps[1]?.cache?.reason).toContain('those of flow #1')
  })

  it('takes the arm that was wanted last', async () => {
    const { client } = await startServer()
    const branched = (code: string) =>
      graph('branched', [
        step('test', { code, cache: false }),
        step('yes', { code, when: [{ ref: from('test'), is: 'equal', value: true }] }),
        step('no', { code, when: [{ ref: from('test'), is: 'equal', value: false }] }),
        step('after', { inputs: { x: { from: 'either', items: [from('yes'), from('no')] } } }),
      ])
    await deploy(client, branched('1'))
    for (const answer of [true, false]) {
      await client.pipelines.run('branched')
      await workUntilIdle(client, ({ step: id }) => succeed(id === 'test' ? answer : id))
    }
    await deploy(client, branched('2'))
    const run = await client.runs.get((await client.pipelines.run('branched', { selection: { only: ['after'] } })).id)
    expect(statuses(run)).toMatchObject({ test: 'skipped', yes: 'skipped', no: 'cached', after: 'cached' })
    expect(run.steps.at(-1)?.inputs.x?.value).toBe('no')
  })

  it('takes no answer that a person gave to another run', async () => {
    const { client } = await startServer()
    const ask = step('ask', {
      kind: 'approve',
      outputs: { approved: { kind: 'value', schema: {} } },
      approval: { question: 'Go?', approvers: [] },
    })
    await deploy(client, graph('asks', [ask, step('go', { inputs: { x: from('ask', 'approved') } })]))
    const first = await client.pipelines.run('asks')
    await client.runs.approve(first.id, 'ask', { isApproved: true })
    await workUntilIdle(client)
    await expect(client.pipelines.run('asks', { selection: { only: ['go'] } })).rejects.toMatchObject({
      code: 'STEP_INPUT_MISSING',
      hint: 'Select "ask" too: an answer holds for the run in which it was given.',
    })
  })

  it('takes nothing from a version whose step made something else', async () => {
    const { client } = await startServer()
    const made = (output: string) =>
      graph('made', [
        step('a', { cache: false, outputs: { [output]: { kind: 'value', schema: {} } } }),
        step('b', { inputs: { x: from('a', output) } }),
      ])
    await deploy(client, made('out'))
    await client.pipelines.run('made')
    await workUntilIdle(client)
    await deploy(client, made('other'))
    await expect(client.pipelines.run('made', { selection: { only: ['b'] } })).rejects.toMatchObject({
      code: 'STEP_INPUT_MISSING',
    })
  })

  it.each<[Selection, string, string]>([
    [{ from: ['trian'] }, 'Pipeline "flow" has no step "trian".', 'Did you mean "train"?'],
    [
      { only: ['nothing'] },
      'Pipeline "flow" has no step "nothing".',
      'Its steps are: load, clean, plot, train, report.',
    ],
    [{ tags: ['slow'] }, 'No step of pipeline "flow" has the tag "slow".', 'Its tags are: data, model.'],
    [{ from: ['report'], tags: ['data'] }, 'The selection leaves no step of pipeline "flow".', 'Its steps are:'],
  ])('of nothing is an error: %j', async (selection, message, hint) => {
    const { client } = await startServer()
    await deploy(client, flow())
    const error = await client.pipelines.run('flow', { selection }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'INVALID_INPUT', message, hint: expect.stringContaining(hint) })
  })

  it('leaves out what only others read', async () => {
    const { client } = await startServer()
    const reads = graph('reads', [
      step('a'),
      step('b', { inputs: { t: { from: 'dataset', name: 'nowhere' } }, inputTypes: { t: { kind: 'table' } } }),
    ])
    await deploy(client, reads)
    await expect(client.pipelines.run('reads')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await client.pipelines.run('reads', { selection: { only: ['a'] } })
    expect(await workUntilIdle(client)).toEqual(['a'])
    await expect(client.pipelines.run('reads', { selection: { only: ['a'] }, refresh: ['b'] })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      hint: 'Select it too.',
    })
  })
})
