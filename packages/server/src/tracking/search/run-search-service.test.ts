import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRng, type FilterGrammar, RUN_GRAMMAR, type RunSearchQuery } from '@regia/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../../database/open.ts'
import { Reader } from '../../database/reader.ts'
import { RunSearchService } from './run-search-service.ts'
import { insertExperiments, insertRuns, type KnownRun, randomRun } from './testing/random-runs.ts'

async function openSearch() {
  const home = mkdtempSync(join(tmpdir(), 'regia-search-'))
  const database = await openDatabase(join(home, 'regia.db'))
  const reader = new Reader({ database })
  onTestFinished(async () => {
    await reader.close()
    await database.destroy()
    rmSync(home, { recursive: true, force: true })
  })
  await insertExperiments(database)
  const search = new RunSearchService(reader)
  const find = (query: Partial<RunSearchQuery> = {}) => search.search({ lifecycle: 'active', limit: 100, ...query })
  const idsOf = async (query: Partial<RunSearchQuery> | string) =>
    (await find(typeof query === 'string' ? { filter: query } : query)).items.map(({ id }) => id)
  return { database, search, find, idsOf, insert: (runs: readonly KnownRun[]) => insertRuns(database, runs) }
}

const run = (id: string, rest: Partial<KnownRun> = {}): KnownRun => ({
  id,
  experimentId: 11,
  name: id,
  status: 'succeeded',
  user: null,
  startMs: 0,
  endMs: null,
  parentId: null,
  isDeleted: false,
  metrics: new Map(),
  params: new Map(),
  tags: new Map(),
  datasets: [],
  ...rest,
})
const withParam = (id: string, value: string) => run(id, { params: new Map([['depth', value]]) })
const withLoss = (id: string, value: number) => run(id, { metrics: new Map([['loss', value]]) })

describe('a search', () => {
  it('answers whole records, with the keys that were selected', async () => {
    const { insert, find } = await openSearch()
    const values = {
      metrics: new Map([
        ['loss', Number.NaN],
        ['epochs', 3],
      ]),
      params: new Map([['depth', '5']]),
      tags: new Map([['team', 'x']]),
    }
    await insert([run('a', { ...values, user: 'ada', startMs: 5, endMs: 9, parentId: 'p' })])
    const [whole] = (await find()).items
    expect(whole).toMatchObject({
      id: 'a',
      experimentId: '11',
      user: 'ada',
      startMs: 5,
      endMs: 9,
      parentId: 'p',
      artifactUri: 'mlflow-artifacts:/11/a/artifacts',
      params: { depth: '5' },
      tags: { team: 'x' },
      metrics: [
        { key: 'epochs', value: 3 },
        { key: 'loss', value: Number.NaN },
      ],
    })
    const [part] = (await find({ select: { metrics: ['epochs', 'nowhere'], params: [] } })).items
    expect(part).toMatchObject({ params: {}, tags: { team: 'x' }, metrics: [{ key: 'epochs' }] })
  })

  it('answers values as they were written, to the last bit', async () => {
    const { insert, find } = await openSearch()
    const texts = ['', '\0', 'a\0b', '\u001f\u007f\u2028', '"\\/', '🙂é', '{"a":1}', ' '.repeat(50), 'x'.repeat(6_000)]
    await insert(texts.map((text, i) => withParam(`p${i}`, text)))
    const rng = createRng(9)
    const numbers = [Number.MIN_VALUE, Number.MAX_VALUE, Number.EPSILON, 0.1 + 0.2, 1 / 3, 2 ** 53 - 1, -1e-310, 5e-324]
    numbers.push(
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      ...Array.from({ length: 200 }, () => rng.normal() * 10 ** (rng.integer(600) - 300)),
    )
    await insert(numbers.map((value, i) => withLoss(`n${i}`, value)))
    const { items } = await find({ limit: 1_000 })
    const read = new Map(items.map((item) => [item.id, item]))
    expect(texts.map((_, i) => read.get(`p${i}`)?.params.depth)).toEqual(texts)
    expect(numbers.map((_, i) => read.get(`n${i}`)?.metrics[0]?.value)).toEqual(numbers)
  })

  it('orders numbers, then NaN, then what is missing, whatever the direction', async () => {
    const { insert, idsOf } = await openSearch()
    const infinite = withLoss('infinite', Number.POSITIVE_INFINITY)
    await insert([withLoss('nan', Number.NaN), run('none'), withLoss('two', 2), infinite, withLoss('one', -1)])
    expect(await idsOf({ orderBy: ['metrics.loss'] })).toEqual(['one', 'two', 'infinite', 'nan', 'none'])
    expect(await idsOf({ orderBy: ['metrics.loss DESC'] })).toEqual(['infinite', 'two', 'one', 'nan', 'none'])
  })

  it('never matches a NaN, and != only what has the key', async () => {
    const { insert, idsOf } = await openSearch()
    await insert([withLoss('nan', Number.NaN), run('none'), withLoss('zero', 0)])
    expect(await idsOf('metrics.loss = 0')).toEqual(['zero'])
    expect(await idsOf('metrics.loss != 1')).toEqual(['zero'])
    expect(await idsOf('metrics.loss >= -1 AND metrics.loss <= 1')).toEqual(['zero'])
  })

  it('takes letters, % and _ of a pattern as they are meant', async () => {
    const { insert, idsOf } = await openSearch()
    await insert(
      ['50%', '50 percent', 'a_b', 'aXb', 'AXB', '[a]', 'a*b?', 'Ünï', '漢字'].map((text) => withParam(text, text)),
    )
    expect(await idsOf("params.depth LIKE '50%'")).toEqual(['50%', '50 percent'])
    expect(await idsOf("params.depth LIKE 'a_b'")).toEqual(['a_b', 'aXb'])
    expect((await idsOf("params.depth ILIKE 'A_b'")).sort()).toEqual(['AXB', 'aXb', 'a_b'])
    expect(await idsOf("params.depth LIKE '[a]'")).toEqual(['[a]'])
    expect(await idsOf("params.depth LIKE '%*%?'")).toEqual(['a*b?'])
    expect(await idsOf("params.depth LIKE '__'")).toEqual(['漢字'])
    expect(await idsOf("params.depth = 'Ünï'")).toEqual(['Ünï'])
  })

  it('takes what looks like SQL for a text', async () => {
    const { insert, idsOf, find } = await openSearch()
    const attack = "x'; DROP TABLE tracked_run; --"
    await insert([withParam('a', attack), withParam('b', 'x')])
    expect(await idsOf(`params.depth = "${attack}"`)).toEqual(['a'])
    expect(await idsOf("params.depth = 'x'' OR ''1''=''1'")).toEqual([])
    expect(await idsOf("params.`depth' OR 1=1 --` = 'x'")).toEqual([])
    expect(await idsOf({ orderBy: ["metrics.`a'; DELETE FROM tracked_run; --` DESC"] })).toHaveLength(2)
    expect(await idsOf({ filter: "name IN ('a', ') OR 1=1 --')" })).toEqual(['a'])
    expect(await idsOf({ experimentIds: ['11) OR 1=1 --'] })).toEqual([])
    expect((await find()).items).toHaveLength(2)
  })

  it('finds nothing for keys and experiments that are not there', async () => {
    const { insert, idsOf } = await openSearch()
    await insert([withLoss('a', 1)])
    expect(await idsOf('metrics.nowhere > 0')).toEqual([])
    expect(await idsOf('params.nowhere IS NULL')).toEqual(['a'])
    expect(await idsOf({ experimentIds: [] })).toEqual([])
    expect(await idsOf({ experimentIds: ['404'] })).toEqual([])
  })

  it("reads a foreign grammar's words for what is kept", async () => {
    const { insert, idsOf } = await openSearch()
    await insert([run('a', { status: 'succeeded' }), run('b', { status: 'failed' }), run('c', { status: 'running' })])
    const values = { succeeded: 'FINISHED', failed: 'FAILED', running: 'RUNNING' }
    const grammar: FilterGrammar = { ...RUN_GRAMMAR, attributes: [{ name: 'status', type: 'text', values }] }
    expect(await idsOf({ grammar, filter: "status = 'FINISHED'" })).toEqual(['a'])
    expect((await idsOf({ grammar, filter: "status LIKE 'F%'" })).sort()).toEqual(['a', 'b'])
    expect(await idsOf({ grammar, filter: "status = 'succeeded'" })).toEqual([])
    expect(await idsOf({ grammar, orderBy: ['status'] })).toEqual(['b', 'a', 'c'])
  })
})

describe('a search for as much as a filter can hold', () => {
  const conditions = Array.from({ length: 190 }, (_, i) => (i % 2 === 0 ? `tags.team != 't${i}'` : `started != ${-i}`))
  const list = (count: number) => Array.from({ length: count }, (_, i) => `'n${i}'`).join()

  it.each([3, 60])('answers, over %i experiments', { timeout: 60_000 }, async (count) => {
    const { database, insert, find } = await openSearch()
    for (let id = 100; id < 100 + count; id++) {
      const times = { created_ms: 0, updated_ms: 0, deleted_ms: null }
      await database
        .insertInto('experiment')
        .values({ id, name: `e${id}`, artifact_root: '', note: null, ...times })
        .execute()
    }
    const tags = new Map([['team', 'x']])
    await insert(['n1', 'n2', 'n3'].map((id, i) => run(id, { experimentId: 100 + i, tags })))
    const keys = ['loss', 'epochs', 'depth', 'team']
    const orderBy = keys.flatMap((key) => [`metrics.${key}`, `params.${key}`, `tags.${key}`]).concat('name', 'started')
    const experimentIds = Array.from({ length: count }, (_, i) => String(100 + i))
    const filter = `${conditions.join(' AND ')} AND name IN (${list(9_000)})`
    const first = await find({ filter, orderBy, experimentIds, limit: 2 })
    const second = await find({
      filter,
      orderBy,
      experimentIds,
      limit: 2,
      ...(first.nextCursor && { cursor: first.nextCursor }),
    })
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(['n1', 'n2', 'n3'])
  })
})

describe('the cursor of a search', () => {
  it.each([
    { orderBy: ['metrics.loss'] },
    { orderBy: ['metrics.loss DESC'] },
    { orderBy: ['params.depth', 'metrics.loss DESC'] },
    { orderBy: [] },
    { orderBy: ['name DESC'] },
  ])('leaves out and doubles no run that stays, while others come and change: $orderBy', async ({ orderBy }) => {
    const { database, insert, find } = await openSearch()
    const rng = createRng(3)
    const some = (count: number, from: number) => Array.from({ length: count }, (_, i) => randomRun(rng, from + i))
    const first = some(120, 0).map((one) => ({ ...one, isDeleted: false }))
    await insert(first)
    const stay = first.slice(0, 80).map(({ id }) => id)
    const seen: string[] = []
    let cursor: string | undefined
    let round = 0
    do {
      const page = await find({ orderBy, limit: 10, ...(cursor !== undefined && { cursor }) })
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
      await insert(some(7, 1_000 + 7 * round))
      const gone = first[80 + round]?.id ?? ''
      await database.updateTable('tracked_run').set({ deleted_ms: 1 }).where('id', '=', gone).execute()
      round++
    } while (cursor !== undefined && round < 40)
    expect(new Set(seen).size).toBe(seen.length)
    expect(stay.filter((id) => !seen.includes(id))).toEqual([])
  })

  it('is good for its own search alone', async () => {
    const { insert, find } = await openSearch()
    await insert([withLoss('a', 1), withLoss('b', 2), withLoss('c', 3)])
    const query = { filter: 'metrics.loss > 0', orderBy: ['metrics.loss'], experimentIds: ['11', '12'], limit: 1 }
    const { nextCursor: cursor } = await find(query)
    if (cursor === undefined) throw new Error('There is more than one page.')
    expect((await find({ ...query, cursor, experimentIds: ['12', '11'], limit: 2 })).items).toHaveLength(2)
    const others = [
      { filter: 'metrics.loss > 1' },
      { orderBy: ['metrics.loss DESC'] },
      { experimentIds: ['11'] },
      { lifecycle: 'all' as const },
      { parent: 'none' },
    ]
    for (const other of others) {
      await expect(find({ ...query, cursor, ...other })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        where: 'cursor',
      })
    }
    for (const bad of ['', 'x', `${cursor}x`, Buffer.from('[]').toString('base64url'), 'o100']) {
      await expect(find({ ...query, cursor: bad })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    }
  })

  it('holds infinities and long texts', async () => {
    const { insert, find } = await openSearch()
    const long = '🙂'.repeat(3_000)
    await insert([
      withParam('a', `${long}a`),
      withParam('b', `${long}b`),
      withLoss('c', Number.NEGATIVE_INFINITY),
      withLoss('d', 0),
    ])
    for (const [orderBy, expected] of [
      [['params.depth'], 'b'],
      [['metrics.loss'], 'd'],
    ] as const) {
      const { nextCursor } = await find({ orderBy, limit: 1 })
      expect((await find({ orderBy, limit: 1, ...(nextCursor && { cursor: nextCursor }) })).items[0]?.id).toBe(expected)
    }
  })
})

describe('fields and children', () => {
  it('counts the runs that have each key, the most used first', async () => {
    const { insert, search } = await openSearch()
    await insert([
      withLoss('a', 1),
      withLoss('b', 2),
      withParam('c', 'x'),
      run('d', { experimentId: 12, metrics: new Map([['epochs', 1]]) }),
    ])
    expect(await search.fields(undefined, undefined)).toEqual({
      metrics: [
        { key: 'loss', runCount: 2 },
        { key: 'epochs', runCount: 1 },
      ],
      params: [{ key: 'depth', runCount: 1 }],
      tags: [],
    })
    expect(await search.fields(['11'], 'lo')).toMatchObject({ metrics: [{ key: 'loss', runCount: 2 }], params: [] })
    expect(await search.fields([], undefined)).toEqual({ metrics: [], params: [], tags: [] })
  })

  it('counts the children of runs', async () => {
    const { insert, find } = await openSearch()
    const child = (id: string, isDeleted = false) => run(id, { parentId: 'p', isDeleted })
    await insert([run('p'), child('a'), child('b'), child('c', true)])
    const { items } = await find({ orderBy: ['name'] })
    expect(items.map(({ id, childCount }) => [id, childCount])).toEqual([
      ['a', 0],
      ['b', 0],
      ['p', 2],
    ])
  })
})
