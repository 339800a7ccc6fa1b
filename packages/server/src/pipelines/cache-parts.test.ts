import { digestOf, type GraphStep } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { deploy, from, graph, param, step, value } from '../../test/graphs.ts'
import { acquire, fail, succeed, workUntilIdle } from '../../test/scripted-worker.ts'
import { startServer } from '../../test/start-server.ts'

const one = (of: Parameters<typeof step>[1]) => graph('one', [step('a', of)])
const files = (of: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(of).map(([file, text]) => [file, digestOf(text)]))

describe('the key of a step', () => {
  it.each<[string, Parameters<typeof step>[1], Parameters<typeof step>[1], readonly string[]]>([
    ['its environment', { env: { MODE: 'a' } }, { env: { MODE: 'b' } }, ['env MODE']],
    ['its command', { command: { argv: ['python', 'a.py'] } }, { command: { argv: ['python', 'b.py'] } }, ['command']],
    [
      "its command's files",
      { command: { argv: ['python'], files: digestOf('1') } },
      { command: { argv: ['python'], files: digestOf('2') } },
      ['command files'],
    ],
    [
      'its notebook',
      { command: { argv: ['python3'], notebook: 'a.ipynb' } },
      { command: { argv: ['python3'], notebook: 'b.ipynb' } },
      ['notebook'],
    ],
    ['its outputs', {}, { outputs: { out: { kind: 'value', schema: { type: 'number' } } } }, ['outputs']],
    ['its literal inputs', { inputs: { n: value(1) } }, { inputs: { n: value(2) } }, ['input n']],
    [
      'its code, by file',
      { code: '1', codeFiles: files({ 'src/a.ts': '1', 'src/b.ts': '1' }) },
      { code: '2', codeFiles: files({ 'src/a.ts': '1', 'src/b.ts': '2' }) },
      ['code src/b.ts'],
    ],
    [
      'its code, by file, where files came and went',
      { code: '1', codeFiles: files({ 'src/a.ts': '1' }) },
      { code: '2', codeFiles: files({ 'src/b.ts': '1' }) },
      ['code src/a.ts', 'code src/b.ts'],
    ],
    [
      'its code, where the files are not known',
      { code: '1' },
      { code: '2', codeFiles: files({ 'a.ts': '2' }) },
      ['code'],
    ],
  ])('changes with %s', async (_, before, after, changed) => {
    const { client } = await startServer()
    for (const text of ['1', '2']) await client.blobs.write(new TextEncoder().encode(text))
    await deploy(client, one(before))
    await client.pipelines.run('one')
    await workUntilIdle(client)
    await deploy(client, one(after))
    const { id } = await client.pipelines.run('one')
    const { cache } = (await client.runs.get(id)).steps[0]!
    expect(cache).toMatchObject({ hit: false })
    expect(cache?.changed.map(({ part }) => part)).toEqual(changed)
    expect(cache?.reason).toBe(`Changed since the last run of this step: ${changed.join(', ')}.`)
  })

  it.each<[string, Partial<GraphStep> & { code?: string }, Partial<GraphStep> & { code?: string }]>([
    [
      'a file whose change does not reach the code, such as by a comment',
      { code: '1', codeFiles: files({ 'a.ts': '1', 'b.ts': '1' }) },
      { code: '1', codeFiles: files({ 'b.ts': '2', 'a.ts': '1' }) },
    ],
    ['how often it is tried', { retries: 1 }, { retries: 2, timeoutMs: 5_000, cpu: 2 }],
    ['its tags and its place in the source', { tags: ['x'] }, { tags: ['y'], definedAt: 'a.ts:3', description: 'It.' }],
    ['its secrets', { secrets: ['TOKEN'] }, { secrets: ['OTHER'] }],
    ['the order of an object', { inputs: { n: value({ a: 1, b: 2 }) } }, { inputs: { n: value({ b: 2, a: 1 }) } }],
  ])('does not change with %s', async (_, before, after) => {
    const { client } = await startServer()
    await deploy(client, one(before))
    await client.pipelines.run('one')
    await workUntilIdle(client)
    await deploy(client, one(after))
    expect(await client.pipelines.run('one')).toMatchObject({ status: 'succeeded', cachedStepCount: 1 })
  })

  it('does not change with the order of an object that is a parameter', async () => {
    const { client } = await startServer()
    await deploy(
      client,
      graph('one', [step('a', { inputs: { p: param('p') } })], { p: { schema: { type: 'object' } } }),
    )
    await client.pipelines.run('one', { params: { p: { a: 1, b: 2 } } })
    await workUntilIdle(client)
    expect(await client.pipelines.run('one', { params: { p: { b: 2, a: 1 } } })).toMatchObject({ status: 'succeeded' })
  })
})

describe('a result in the cache', () => {
  it('is taken for as long as the step says', async () => {
    const { client, clock } = await startServer()
    await deploy(client, one({ cacheTtlMs: 3_600_000 }))
    await client.pipelines.run('one')
    await workUntilIdle(client)
    clock.advance(3_600_000)
    expect(await client.pipelines.run('one')).toMatchObject({ status: 'succeeded', cachedStepCount: 1 })
    clock.advance(1)
    const reason = "The result of one #1 is older than 1h, the longest that this step's are taken."
    expect((await client.pipelines.plan('one')).steps).toEqual([{ step: 'a', action: 'run', reason, changed: [] }])
    const third = await client.pipelines.run('one')
    expect((await client.runs.get(third.id)).steps[0]?.cache).toMatchObject({ hit: false, reason })
    expect(await workUntilIdle(client)).toEqual(['a'])
    expect(await client.pipelines.run('one')).toMatchObject({ status: 'succeeded', cachedStepCount: 1 })
  })

  it('gives way to a step that is done afresh', async () => {
    const { client } = await startServer()
    const two = graph('two', [step('a'), step('b', { inputs: { x: from('a') } })])
    await deploy(client, two)
    await client.pipelines.run('two')
    await workUntilIdle(client, () => succeed('old'))
    const { id } = await client.pipelines.run('two', { refresh: ['a'] })
    expect(await workUntilIdle(client, () => succeed('new'))).toEqual(['a', 'b'])
    const run = await client.runs.get(id)
    expect(run.steps[0]?.cache?.reason).toBe('The run was asked to do this step afresh.')
    expect(run.steps[1]?.cache?.changed.map(({ part }) => part)).toEqual(['input x'])
    const third = await client.runs.get((await client.pipelines.run('two')).id)
    expect(third.steps[0]).toMatchObject({ status: 'cached', outputs: { out: { value: 'new' } } })
  })

  it('cuts what follows off when a step that is done afresh makes the same', async () => {
    const { client } = await startServer()
    const two = graph('two', [step('a'), step('b', { inputs: { x: from('a') } })])
    await deploy(client, two)
    await client.pipelines.run('two')
    await workUntilIdle(client, () => succeed('same'))
    const { id } = await client.pipelines.run('two', { refresh: ['a'] })
    expect(await workUntilIdle(client, () => succeed('same'))).toEqual(['a'])
    expect((await client.runs.get(id)).steps.map(({ status }) => status)).toEqual(['succeeded', 'cached'])
  })

  it('is neither taken nor waited for by a step that is done afresh', async () => {
    const { client } = await startServer()
    await deploy(client, one({}))
    await client.pipelines.run('one')
    const second = await client.pipelines.run('one', { refresh: ['a'] })
    expect(await acquire(client)).toHaveLength(2)
    expect((await client.runs.get(second.id)).status).toBe('running')
  })

  it('is not left by a failure', async () => {
    const { client } = await startServer()
    await deploy(client, one({}))
    await client.pipelines.run('one')
    await workUntilIdle(client, () => fail(false))
    const second = await client.pipelines.run('one')
    expect((await client.runs.get(second.id)).steps[0]?.status).toBe('queued')
  })

  it('is refused a step to do afresh that there is not, naming those that there are', async () => {
    const { client } = await startServer()
    await deploy(client, graph('two', [step('load'), step('train')]))
    await expect(client.pipelines.run('two', { refresh: ['lood'] })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'Pipeline "two" has no step "lood".',
      hint: 'Did you mean "load"? Its steps are: load, train.',
    })
  })
})
