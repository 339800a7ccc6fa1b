import { describe, expect, it } from 'vitest'
import { startServer } from '../../test/start-server.ts'

describe('experiments over HTTP', () => {
  it('has the experiment Default from the start', async () => {
    const { client } = await startServer()
    const { items, total } = await client.experiments.list()
    expect(total).toBe(1)
    expect(items[0]).toMatchObject({ id: '0', name: 'Default', artifactRoot: 'mlflow-artifacts:/0', runCount: 0 })
  })

  it('creates, changes and lists', async () => {
    const { client, clock } = await startServer()
    const { id } = await client.experiments.create({ name: 'grid', note: '# why', tags: { team: 'a', gone: 'b' } })
    clock.advance(1_000)
    const changed = await client.experiments.update(id, { name: 'Grid 2', note: null, tags: { gone: null, new: 'c' } })
    expect(changed).toMatchObject({
      name: 'Grid 2',
      tags: { team: 'a', new: 'c' },
      updatedAt: '2026-03-01T00:00:01.000Z',
    })
    expect(changed.note).toBeUndefined()
    expect(await client.experiments.get(id)).toEqual(changed)
    for (let i = 0; i < 3; i++) await client.tracking.create({ experiment: 'Grid 2' })
    const { items } = await client.experiments.list({ search: 'RID' })
    expect(items).toEqual([{ ...changed, runCount: 3 }])
    const first = await client.experiments.list({ limit: 1 })
    const second = await client.experiments.list({ limit: 1, cursor: first.nextCursor! })
    expect([first.items[0]?.name, second.items[0]?.name, second.nextCursor]).toEqual(['Grid 2', 'Default', undefined])
  })

  it('uses a name again once its experiment is deleted', async () => {
    const { client } = await startServer()
    const { id } = await client.experiments.create({ name: 'again' })
    await expect(client.experiments.create({ name: 'again' })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    expect(await client.experiments.delete(id)).toMatchObject({ lifecycle: 'deleted' })
    const second = await client.experiments.create({ name: 'again' })
    expect(second.id).not.toBe(id)
    await expect(client.experiments.restore(id)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    await client.experiments.update(second.id, { name: 'other' })
    expect(await client.experiments.restore(id)).toMatchObject({ lifecycle: 'active', name: 'again' })
    await expect(client.experiments.restore(id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('brings back the runs that went with an experiment, and no others', async () => {
    const { client } = await startServer()
    const [one, two] = [
      await client.tracking.create({ experiment: 'e' }),
      await client.tracking.create({ experiment: 'e' }),
    ]
    await client.tracking.delete(one.id)
    await client.experiments.delete(one.experimentId)
    expect((await client.experiments.list({ lifecycle: 'deleted' })).items[0]).toMatchObject({ runCount: 1 })
    expect((await client.tracking.get(two.id)).lifecycle).toBe('deleted')
    await client.experiments.restore(one.experimentId)
    expect((await client.tracking.get(two.id)).lifecycle).toBe('active')
    expect((await client.tracking.get(one.id)).lifecycle).toBe('deleted')
  })

  it('changes nothing of a deleted one', async () => {
    const { client } = await startServer()
    const { id } = await client.experiments.create({ name: 'old' })
    await client.experiments.delete(id)
    await expect(client.experiments.update(id, { tags: { a: 'b' } })).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(client.experiments.delete(id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(client.experiments.get('99')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('runs over HTTP', () => {
  it('starts a run in an experiment that it makes', async () => {
    const { client } = await startServer()
    const run = await client.tracking.create({ experiment: 'new', user: 'ada', tags: { a: '1' } })
    expect(run).toMatchObject({
      status: 'running',
      lifecycle: 'active',
      source: 'track',
      user: 'ada',
      startedAt: '2026-03-01T00:00:00.000Z',
      tags: { a: '1' },
      childCount: 0,
      artifactUri: `mlflow-artifacts:/1/${run.id}/artifacts`,
    })
    expect(run.id).toMatch(/^[0-9a-f]{32}$/)
    expect(run.name).toMatch(/^[a-z]+-[a-z]+-\d+$/)
    const child = await client.tracking.create({ experiment: 'new', name: 'child', parentId: run.id })
    expect(child).toMatchObject({ experimentId: run.experimentId, name: 'child', parentId: run.id })
    expect((await client.tracking.get(run.id)).childCount).toBe(1)
  })

  it('starts a run with an id once', async () => {
    const { client } = await startServer()
    const body = { id: 'mine-1', name: 'first' }
    const [one, two] = await Promise.all([client.tracking.create(body), client.tracking.create(body)])
    expect(one).toEqual(two)
    expect(await client.tracking.create({ ...body, name: 'second' })).toEqual(one)
  })

  it('keeps everything that is logged', async () => {
    const { client } = await startServer()
    const { id } = await client.tracking.create()
    const batch = {
      metrics: [
        { key: 'loss', value: 'NaN' as const, step: 3, atMs: 1_000 },
        { key: 'loss', value: 0.5, step: 2, atMs: 2_000 },
        { key: 'max', value: 'Infinity' as const, step: -1, atMs: 0 },
        { key: 'min', value: '-Infinity' as const, step: 0, atMs: 0 },
        { key: 'tiny', value: 5e-324, step: 0, atMs: 9e15 },
      ],
      params: { depth: '3', 'model/kind': 'forêt' },
      tags: { git: 'abc' },
      datasets: [
        { name: 'adult', digest: 'd1', sourceType: 'file', source: 'a.csv', context: 'train', tags: { x: 'y' } },
      ],
    }
    await client.tracking.log(id, batch)
    await client.tracking.log(id, batch)
    const run = await client.tracking.get(id)
    expect(run).toMatchObject({ params: batch.params, tags: batch.tags, datasets: batch.datasets })
    expect(run.metrics).toEqual([
      { key: 'loss', value: 'NaN', step: 3, at: '1970-01-01T00:00:01.000Z' },
      { key: 'max', value: 'Infinity', step: -1, at: '1970-01-01T00:00:00.000Z' },
      { key: 'min', value: '-Infinity', step: 0, at: '1970-01-01T00:00:00.000Z' },
      { key: 'tiny', value: 5e-324, step: 0, at: '9999-12-31T23:59:59.999Z' },
    ])
    await client.tracking.deleteTags(id, { keys: ['git', 'not there'] })
    expect((await client.tracking.get(id)).tags).toEqual({})
  })

  it('writes nothing of a batch whose param would change', async () => {
    const { client } = await startServer()
    const { id } = await client.tracking.create()
    await client.tracking.log(id, { params: { depth: '3' } })
    const refused = client.tracking.log(id, {
      metrics: [{ key: 'm', value: 1, step: 0, atMs: 0 }],
      params: { depth: '4', other: '1' },
      tags: { t: '1' },
    })
    await expect(refused).rejects.toMatchObject({
      code: 'CONFLICT',
      data: { params: [{ key: 'depth', old: '3', new: '4' }] },
    })
    expect(await client.tracking.get(id)).toMatchObject({ params: { depth: '3' }, metrics: [], tags: {} })
  })

  it('ends a run, and says when', async () => {
    const { client, clock } = await startServer()
    const { id } = await client.tracking.create()
    clock.advance(5_000)
    expect(await client.tracking.update(id, { status: 'succeeded', note: 'done' })).toMatchObject({
      status: 'succeeded',
      note: 'done',
      finishedAt: '2026-03-01T00:00:05.000Z',
    })
    clock.advance(1_000)
    expect((await client.tracking.update(id, { status: 'failed' })).finishedAt).toBe('2026-03-01T00:00:05.000Z')
    const at = '2026-03-01T00:00:03.000Z'
    expect(await client.tracking.update(id, { finishedAt: at, note: null })).toMatchObject({ finishedAt: at })
  })

  it.each([
    ['a key with a path trick', { tags: { '../x': '1' } }],
    ['an empty key', { params: { '': '1' } }],
    ['a long key', { params: { ['k'.repeat(251)]: '1' } }],
    ['a long param', { params: { a: 'x'.repeat(6_001) } }],
    ['a long tag', { tags: { a: 'x'.repeat(8_001) } }],
    ['a step that is no whole number', { metrics: [{ key: 'a', value: 1, step: 0.5, atMs: 0 }] }],
    ['a time before 1970', { metrics: [{ key: 'a', value: 1, step: 0, atMs: -1 }] }],
    [
      'too many points',
      { metrics: Array.from({ length: 1_001 }, (_, step) => ({ key: 'a', value: 1, step, atMs: 0 })) },
    ],
  ])('refuses %s', async (_, batch) => {
    const { client } = await startServer()
    const { id } = await client.tracking.create()
    await expect(client.tracking.log(id, batch)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect(await client.tracking.get(id)).toMatchObject({ params: {}, tags: {}, metrics: [] })
  })

  it('changes nothing of a deleted run, and of none that is not there', async () => {
    const { client } = await startServer()
    const { id } = await client.tracking.create()
    await client.tracking.delete(id)
    await client.tracking.delete(id)
    await expect(client.tracking.log(id, { tags: { a: '1' } })).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(client.tracking.update(id, { name: 'b' })).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await client.tracking.restore(id)).toMatchObject({ lifecycle: 'active' })
    await client.tracking.log(id, { tags: { a: '1' } })
    await expect(client.tracking.log('nope', {})).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('logged models over HTTP', () => {
  it('lists those of a run, newest first', async () => {
    const { client, server, clock } = await startServer()
    const { loggedModels } = server.services.tracking
    const { id: runId } = await client.tracking.create()
    const made: string[] = []
    for (const name of ['one', 'two', 'three']) {
      made.unshift((await loggedModels.create({ experimentId: '0', name, sourceRunId: runId })).id)
      clock.advance(1)
    }
    await loggedModels.create({ experimentId: '0' })
    const { items, nextCursor } = await client.tracking.loggedModels({ run: runId, limit: 2 })
    const rest = await client.tracking.loggedModels({ run: runId, limit: 2, cursor: nextCursor! })
    expect([...items, ...rest.items].map(({ id }) => id)).toEqual(made)
    expect(rest.nextCursor).toBeUndefined()
    const model = await client.tracking.loggedModel(made[0]!)
    expect(model).toMatchObject({
      name: 'three',
      status: 'pending',
      sourceRunId: runId,
      artifactUri: `mlflow-artifacts:/0/models/${model.id}/artifacts`,
    })
  })
})
