import { describe, expect, it } from 'vitest'
import { deploy, from, graph, isTrue, param, step } from '../../test/graphs.ts'
import { succeed, workUntilIdle } from '../../test/scripted-worker.ts'
import { startServer } from '../../test/start-server.ts'
import type { RequestOptions } from './run-request.ts'

const flow = (codes: Readonly<Record<string, string>> = {}) =>
  graph(
    'flow',
    [
      step('load', { code: codes.load ?? '1', inputs: { day: param('day') } }),
      step('test', { code: codes.test ?? '1', inputs: { x: from('load') } }),
      step('keep', { when: isTrue(from('test')) }),
      step('drop', { when: [{ ref: from('test'), is: 'equal', value: false }] }),
      step('tell', { inputs: { x: { from: 'either', items: [from('keep'), from('drop')] } }, cache: false }),
    ],
    { day: { schema: { type: 'string' }, default: 'monday' } },
  )

async function planned(codes: Readonly<Record<string, string>>, options: RequestOptions = {}) {
  const { client } = await startServer()
  await deploy(client, flow())
  await client.pipelines.run('flow')
  await workUntilIdle(client, ({ step: id }) => succeed(id === 'test' ? true : id))
  await deploy(client, flow(codes))
  const { steps } = await client.pipelines.plan('flow', options)
  return steps.map(({ step: id, action, reason, changed }) => [
    `${id} ${action}`,
    reason,
    changed.map(({ part }) => part).join(),
  ])
}

const SAME = 'Code and inputs are those of flow #1; its outputs were taken.'
const NEVER = 'This step is never taken from the cache (cache: false).'
const AFTER_TEST = 'It depends on what "test" will make.'
const FALSE = 'A condition is false, or what it needs is skipped.'

describe('a plan', () => {
  it('of an unchanged pipeline says what is taken, skipped and never cached', async () => {
    expect(await planned({})).toEqual([
      ['load cached', SAME, ''],
      ['test cached', SAME, ''],
      ['keep cached', SAME, ''],
      ['drop skipped', FALSE, ''],
      ['tell run', NEVER, ''],
    ])
  })

  it('says what changed, and what cannot be known before that has run', async () => {
    expect(await planned({ test: '2' })).toEqual([
      ['load cached', SAME, ''],
      ['test run', 'Changed since the last run of this step: code.', 'code'],
      ['keep unknown', AFTER_TEST, ''],
      ['drop run', 'This step has not run before.', ''],
      ['tell unknown', 'It depends on what "keep", "drop" will make.', ''],
    ])
  })

  it('follows the options of the run that it is for', async () => {
    const [load, test] = await planned({}, { refresh: ['load'] })
    expect(load).toEqual(['load run', 'The run was asked to do this step afresh.', ''])
    expect(test).toEqual(['test unknown', 'It depends on what "load" will make.', ''])
    expect((await planned({}, { useCache: false }))[0]).toEqual([
      'load run',
      'The run was asked to do everything afresh.',
      '',
    ])
    expect((await planned({}, { params: { day: 'friday' } }))[0]).toEqual([
      'load run',
      'Changed since the last run of this step: input day.',
      'input day',
    ])
    expect((await planned({}, { selection: { only: ['test'] } })).map(([what]) => what)).toEqual([
      'load reused',
      'test cached',
      'keep skipped',
      'drop skipped',
      'tell skipped',
    ])
  })
})
