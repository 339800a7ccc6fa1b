import type { LoggedModelOrder } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { openTracking } from '../../test/open-tracking.ts'

async function openModels() {
  const tracking = await openTracking()
  const { loggedModels, runs, clock } = tracking
  const { id: runId } = await runs.create({ experimentId: '0', source: 'mlflow' })
  const make = async (name: string, rest: Partial<Parameters<typeof loggedModels.create>[0]> = {}) => {
    clock.advance(1_000)
    return loggedModels.create({ experimentId: '0', name, sourceRunId: runId, ...rest })
  }
  const score = (
    modelId: string,
    key: string,
    value: number,
    rest: { atMs?: number; datasetName?: string; datasetDigest?: string } = {},
  ) => runs.log(runId, { metrics: [{ key, value, step: 0, atMs: 0, modelId, ...rest }] })
  const names = async (search: Partial<Parameters<typeof loggedModels.search>[0]> = {}) => {
    const { items } = await loggedModels.search({ limit: 100, experimentIds: ['0'], ...search })
    return items.map(({ name }) => name)
  }
  return { ...tracking, runId, make, score, names }
}

const by = (field: string, rest: Partial<LoggedModelOrder> = {}): LoggedModelOrder => ({
  field,
  isDescending: false,
  ...rest,
})

describe('LoggedModelService', () => {
  it('keeps a model from its making until it is deleted', async () => {
    const { loggedModels, clock, make, runId } = await openModels()
    const made = await make('forest', {
      modelType: 'sklearn',
      params: [{ key: 'depth', value: '3' }],
      tags: [{ key: 'a', value: '1' }],
    })
    expect(made).toMatchObject({
      name: 'forest',
      modelType: 'sklearn',
      status: 'pending',
      experimentId: '0',
      sourceRunId: runId,
      artifactUri: `mlflow-artifacts:/0/models/${made.id}/artifacts`,
      params: { depth: '3' },
      tags: { a: '1' },
      metrics: [],
    })
    expect(made.id).toMatch(/^m-[0-9a-f]{32}$/)
    expect(await loggedModels.get(made.id)).toEqual(made)
    clock.advance(5)
    expect(await loggedModels.setStatus(made.id, 'ready')).toMatchObject({
      status: 'ready',
      updatedMs: made.updatedMs + 5,
    })
    await loggedModels.setTags(made.id, [
      { key: 'a', value: '2' },
      { key: 'b', value: '' },
    ])
    expect(await loggedModels.deleteTag(made.id, 'b')).toBe(true)
    expect(await loggedModels.deleteTag(made.id, 'b')).toBe(false)
    await loggedModels.logParams(made.id, [
      { key: 'depth', value: '3' },
      { key: 'trees', value: '10' },
    ])
    await expect(loggedModels.logParams(made.id, [{ key: 'depth', value: '4' }])).rejects.toMatchObject({
      code: 'CONFLICT',
      data: { params: [{ key: 'depth', old: '3', new: '4' }] },
    })
    expect(await loggedModels.get(made.id)).toMatchObject({ params: { depth: '3', trees: '10' }, tags: { a: '2' } })
    await loggedModels.delete(made.id)
    await loggedModels.delete(made.id)
    await expect(loggedModels.get(made.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(loggedModels.setStatus(made.id, 'failed')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('makes up a name, and refuses what cannot be one', async () => {
    const { loggedModels } = await openModels()
    expect((await loggedModels.create({ experimentId: '0' })).name).toMatch(/^[a-z]+-[a-z]+-\d+$/)
    for (const name of ['a/b', 'a:b', 'a.b', '50%', 'a"', "a'"])
      await expect(loggedModels.create({ experimentId: '0', name })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(loggedModels.create({ experimentId: '9' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('has the metrics that its run logged for it', async () => {
    const { loggedModels, runs, runId, make, score } = await openModels()
    const { id } = await make('m')
    await score(id, 'auc', 0.9, { datasetName: 'adult', datasetDigest: 'd' })
    await score(id, 'auc', 0.9, { datasetName: 'adult', datasetDigest: 'd' })
    await score(id, 'loss', Number.NaN)
    expect((await loggedModels.get(id)).metrics).toEqual([
      { key: 'auc', value: 0.9, step: 0, atMs: 0, runId, datasetName: 'adult', datasetDigest: 'd' },
      { key: 'loss', value: Number.NaN, step: 0, atMs: 0, runId, datasetName: undefined, datasetDigest: undefined },
    ])
    expect((await runs.get(runId)).metrics.map(({ key }) => key)).toEqual(['auc', 'loss'])
    await expect(score('m-nope', 'auc', 1)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('the search of logged models', () => {
  it('finds by attributes, params, tags and metrics', async () => {
    const { loggedModels, make, score, names, runId } = await openModels()
    const a = await make('a', { modelType: 'onnx', params: [{ key: 'depth', value: '3' }] })
    const b = await make('b', { tags: [{ key: 'team', value: 'red' }], sourceRunId: 'other' })
    await make('c')
    await loggedModels.setStatus(a.id, 'ready')
    await score(a.id, 'auc', 0.9)
    await score(b.id, 'auc', 0.5)
    await score(b.id, 'auc', Number.NaN, { atMs: 5 })
    expect(await names()).toEqual(['c', 'b', 'a'])
    expect(await names({ filter: "name = 'a'" })).toEqual(['a'])
    expect(await names({ filter: "name IN ('a', 'c')" })).toEqual(['c', 'a'])
    expect(await names({ filter: `model_id = '${b.id}'` })).toEqual(['b'])
    expect(await names({ filter: "model_type = 'onnx'" })).toEqual(['a'])
    expect(await names({ filter: "status = 'ready'" })).toEqual(['a'])
    expect(await names({ filter: `source_run_id = '${runId}'` })).toEqual(['c', 'a'])
    expect(await names({ filter: `creation_timestamp >= ${b.createdMs}` })).toEqual(['c', 'b'])
    expect(await names({ filter: `last_updated_timestamp > ${b.createdMs}` })).toEqual(['c', 'a'])
    expect(await names({ filter: "params.depth = '3'" })).toEqual(['a'])
    expect(await names({ filter: "tags.team ILIKE 'R%'" })).toEqual(['b'])
    expect(await names({ filter: 'metrics.auc > 0.4' })).toEqual(['b', 'a'])
    expect(await names({ filter: 'metrics.auc > 0.4 AND metrics.auc < 0.6' })).toEqual(['b'])
    expect(await names({ filter: 'metrics.auc = 0' })).toEqual([])
    expect(await names({ experimentIds: [] })).toEqual([])
    await loggedModels.delete(a.id)
    expect(await names({ experimentIds: undefined })).toEqual(['c', 'b'])
  })

  it('looks at metrics on the datasets that are asked for', async () => {
    const { make, score, names } = await openModels()
    const [a, b] = [await make('a'), await make('b')]
    await make('c')
    await score(a.id, 'auc', 0.9, { datasetName: 'adult', datasetDigest: '1' })
    await score(a.id, 'auc', 0.2, { datasetName: 'flights', datasetDigest: '1', atMs: 1 })
    await score(b.id, 'auc', 0.5, { datasetName: 'adult', datasetDigest: '2' })
    const adult = [{ name: 'adult' }]
    expect(await names({ datasets: adult })).toEqual(['b', 'a'])
    expect(await names({ datasets: adult, filter: 'metrics.auc < 0.6' })).toEqual(['b'])
    expect(await names({ datasets: [{ name: 'adult', digest: '1' }] })).toEqual(['a'])
    expect(await names({ datasets: [{ name: 'adult', digest: '2' }, { name: 'flights' }] })).toEqual(['b', 'a'])
    expect(await names({ orderBy: [by('metrics.auc')] })).toEqual(['a', 'b', 'c'])
    expect(await names({ orderBy: [by('metrics.auc', { datasetName: 'adult' })] })).toEqual(['b', 'a', 'c'])
    expect(await names({ orderBy: [by('metrics.auc', { datasetName: 'adult', datasetDigest: '1' })] })).toEqual([
      'a',
      'c',
      'b',
    ])
  })

  it('orders by the latest value: numbers, then NaN, then what is missing', async () => {
    const { make, score, names } = await openModels()
    const made = new Map<string, string>()
    for (const name of ['nan', 'low', 'none', 'high', 'most']) made.set(name, (await make(name)).id)
    const values = { nan: Number.NaN, low: -1, high: 3, most: Number.POSITIVE_INFINITY }
    for (const [name, value] of Object.entries(values)) await score(made.get(name)!, 'm', value)
    await score(made.get('low')!, 'm', 99, { atMs: -0 })
    await score(made.get('low')!, 'm', -1, { atMs: 10 })
    expect(await names({ orderBy: [by('metrics.m')] })).toEqual(['low', 'high', 'most', 'nan', 'none'])
    expect(await names({ orderBy: [by('metrics.m', { isDescending: true })] })).toEqual([
      'most',
      'high',
      'low',
      'nan',
      'none',
    ])
    expect(await names({ orderBy: [by('name', { isDescending: true })] })).toEqual(
      ['nan', 'most', 'none', 'low', 'high'].toSorted().reverse(),
    )
  })

  it('pages through any order, each once', async () => {
    const { loggedModels, make, score, names } = await openModels()
    const values = [1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, undefined, 2, 2]
    for (let i = 0; i < 21; i++) {
      const { id } = await make(`m${i}`)
      const value = values[i % values.length]
      if (value !== undefined) await score(id, 'm', value)
    }
    for (const orderBy of [
      [],
      [by('metrics.m')],
      [by('metrics.m', { isDescending: true }), by('name')],
      [by('created')],
    ]) {
      const paged: string[] = []
      let cursor: string | undefined
      do {
        const page = await loggedModels.search({ limit: 4, experimentIds: ['0'], orderBy, cursor })
        paged.push(...page.items.map(({ name }) => name))
        cursor = page.nextCursor
      } while (cursor !== undefined)
      expect(paged).toEqual(await names({ orderBy }))
      expect(new Set(paged).size).toBe(21)
    }
  })

  it('refuses a cursor of another search', async () => {
    const { loggedModels, make } = await openModels()
    for (const name of ['a', 'b', 'c']) await make(name)
    const search = { limit: 1, experimentIds: ['0'] }
    const { nextCursor: cursor } = await loggedModels.search(search)
    for (const other of [{ experimentIds: ['0', '1'] }, { filter: "name != 'z'" }, { orderBy: [by('name')] }])
      await expect(loggedModels.search({ ...search, cursor, ...other })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      })
  })
})
