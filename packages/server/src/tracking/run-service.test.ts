import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { createRng, decodeNumber, type LoggedNumber, TRACKING_LIMITS } from '@regia/core'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { openTracking } from '../../test/open-tracking.ts'
import { makeRunName } from './run-names.ts'

type Point = { readonly key: string; readonly value: LoggedNumber; readonly step: number; readonly atMs: number }
type Batch = {
  readonly points: readonly Point[]
  readonly latest: readonly Point[]
  readonly kept: Readonly<Record<string, number>>
}
const reference: { readonly runs: readonly (readonly Batch[])[] } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../tests/reference/latest-metrics.json'), 'utf8'),
)

const decoded = (points: readonly Point[]) => points.map((point) => ({ ...point, value: decodeNumber(point.value) }))

async function openRun() {
  const tracking = await openTracking()
  const { id } = await tracking.runs.create({ experimentId: '0', source: 'track' })
  const countPoints = async (run = id) => {
    const { rows } = await sql<{ key: string; points: number }>`
      select tracking_key.name as key, count(*) as points from metric_point
      join tracking_key on tracking_key.id = key_id join tracked_run on seq = run_seq and tracked_run.id = ${run}
      group by tracking_key.name
    `.execute(tracking.database)
    return Object.fromEntries(rows.map(({ key, points }) => [key, points]))
  }
  return { ...tracking, id, countPoints }
}

describe('metrics of a run', () => {
  it('have the latest value, and the points, that MLflow has', async () => {
    const { runs, countPoints } = await openRun()
    for (const batches of reference.runs) {
      const { id } = await runs.create({ experimentId: '0', source: 'mlflow' })
      for (const { points, latest, kept } of batches) {
        await runs.log(id, { metrics: decoded(points) })
        expect((await runs.get(id)).metrics).toEqual(decoded(latest))
        expect({ a: 0, b: 0, c: 0, ...(await countPoints(id)) }).toEqual(kept)
      }
    }
  })

  it('keep numbers to the last bit', async () => {
    const { runs, id } = await openRun()
    const values = [
      0.1 + 0.2,
      5e-324,
      Number.MAX_VALUE,
      -Number.MAX_VALUE,
      2 ** 53 + 2,
      1e21,
      123456789012345680000,
      -0,
    ]
    await runs.log(id, { metrics: values.map((value, i) => ({ key: `k${i}`, value, step: 0, atMs: 0 })) })
    const { metrics } = await runs.get(id)
    expect(metrics.map(({ value }) => value + 0)).toEqual(values.map((value) => value + 0))
  })

  it('are not doubled by who sends a batch again', async () => {
    const { runs, id, countPoints } = await openRun()
    const metrics = Array.from({ length: 1_000 }, (_, i) => ({ key: 'loss', value: i % 7 ? i : NaN, step: i, atMs: i }))
    await runs.log(id, { metrics })
    await Promise.all([runs.log(id, { metrics }), runs.log(id, { metrics })])
    expect(await countPoints()).toEqual({ loss: 1_000 })
  })

  it('refuse a number that is not kept exactly', async () => {
    const { runs, id } = await openRun()
    for (const point of [
      { step: 2 ** 53, atMs: 0 },
      { step: 0.5, atMs: 0 },
      { step: 0, atMs: Number.NaN },
    ]) {
      const refused = runs.log(id, { metrics: [{ key: 'a', value: 1, ...point }] })
      await expect(refused).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        where: expect.stringMatching(/^metrics\[0\]/),
      })
    }
  })
})

describe('params and tags of a run', () => {
  it('keep any text as it is', async () => {
    const { runs, id } = await openRun()
    const texts = ['', 'é😀', 'a\0b', '"\\\n', "'; drop table run_param; --", '{"a":[1]}', '9e999', 'null', '\u2028']
    const entries = texts.map((value, i) => ({ key: `k/${i}: ü_.-`, value }))
    await runs.log(id, { params: entries, tags: entries })
    await runs.log(id, { params: entries, tags: entries })
    const expected = Object.fromEntries(entries.map(({ key, value }) => [key, value]))
    expect(await runs.get(id)).toMatchObject({ params: expected, tags: expected })
  })

  it('say every param that would change', async () => {
    const { runs, id } = await openRun()
    const params = ['a', 'b', 'c'].map((key) => ({ key, value: '1' }))
    await runs.log(id, { params })
    const refused = runs.log(id, {
      params: [...params.slice(1).map(({ key }) => ({ key, value: '2' })), { key: 'd', value: '' }],
    })
    await expect(refused).rejects.toMatchObject({
      code: 'CONFLICT',
      data: {
        params: [
          { key: 'b', old: '1', new: '2' },
          { key: 'c', old: '1', new: '2' },
        ],
      },
    })
    expect((await runs.get(id)).params).toEqual({ a: '1', b: '1', c: '1' })
  })

  it('take the last of several tags, and no param twice', async () => {
    const { runs, id } = await openRun()
    const twice = ['1', '2'].map((value) => ({ key: 'a', value }))
    await runs.log(id, { tags: twice })
    expect((await runs.get(id)).tags).toEqual({ a: '2' })
    await expect(runs.log(id, { params: twice })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      where: 'params[1].key',
    })
  })

  it('have the longest values that are allowed, and none that is longer', async () => {
    const { runs, id } = await openRun()
    const { paramValueLength, tagValueLength, keyLength } = TRACKING_LIMITS
    const key = 'k'.repeat(keyLength)
    await runs.log(id, {
      params: [{ key, value: 'p'.repeat(paramValueLength) }],
      tags: [{ key, value: 't'.repeat(tagValueLength) }],
    })
    for (const batch of [
      { params: [{ key: 'a', value: 'p'.repeat(paramValueLength + 1) }] },
      { tags: [{ key: 'a', value: 't'.repeat(tagValueLength + 1) }] },
      { tags: [{ key: `${key}k`, value: '' }] },
      { metrics: [{ key: 'a//b', value: 1, step: 0, atMs: 0 }] },
    ])
      await expect(runs.log(id, batch)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  it('go away when a tag is deleted', async () => {
    const { runs, id } = await openRun()
    await runs.log(id, { tags: [{ key: 'a', value: '1' }] })
    expect(await runs.deleteTag(id, 'a')).toBe(true)
    expect(await runs.deleteTag(id, 'a')).toBe(false)
    expect(await runs.deleteTag(id, 'never seen')).toBe(false)
    await expect(runs.deleteTag('nope', 'a')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('writers of one run at the same time', () => {
  it('each have all that they wrote', async () => {
    const { runs, id, countPoints } = await openRun()
    const writes = Array.from({ length: 200 }, (_, i) =>
      runs.log(id, {
        metrics: [{ key: 'loss', value: i, step: i, atMs: 0 }],
        params: [{ key: `p${i}`, value: `${i}` }],
        tags: [{ key: 'last', value: `${i}` }],
      }),
    )
    const changes = Array.from({ length: 20 }, (_, i) => runs.update(id, { name: `name-${i}`, endMs: i }))
    await Promise.all([...writes, ...changes])
    const run = await runs.get(id)
    expect(await countPoints()).toEqual({ loss: 200 })
    expect(Object.keys(run.params)).toHaveLength(200)
    expect(run).toMatchObject({ name: 'name-19', endMs: 19, tags: { last: '199' } })
    expect(run.metrics).toEqual([{ key: 'loss', value: 199, step: 199, atMs: 0 }])
  })

  it('agree on one value of a param', async () => {
    const { runs, id } = await openRun()
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) =>
        runs.log(id, { params: [{ key: 'p', value: `${i}` }], metrics: [{ key: 'm', value: i, step: i, atMs: 0 }] }),
      ),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const run = await runs.get(id)
    expect(run.metrics).toEqual([{ key: 'm', value: Number(run.params.p), step: Number(run.params.p), atMs: 0 }])
  })

  it('create it once, and delete it before or after what they log', async () => {
    const { runs } = await openTracking()
    const made = await Promise.all(
      ['a', 'b', 'c'].map((name) => runs.create({ id: 'same', experimentId: '0', source: 'track', name })),
    )
    expect(made.map(({ name }) => name)).toEqual(['a', 'a', 'a'])
    const [first, , second] = await Promise.allSettled([
      runs.log('same', { tags: [{ key: 'before', value: '' }] }),
      runs.delete('same'),
      runs.log('same', { tags: [{ key: 'after', value: '' }] }),
    ])
    expect([first.status, second.status]).toEqual(['fulfilled', 'rejected'])
    expect((await runs.get('same')).tags).toEqual({ before: '' })
  })
})

describe('who looks at a run', () => {
  it('is told of what changed, once it is kept', async () => {
    const { runs, experiments, loggedModels, events } = await openTracking()
    const told: string[] = []
    events.subscribe(({ type, id }) => told.push(`${type} ${id}`))
    const { id: experimentId } = await experiments.create({ name: 'e' })
    await runs.create({ id: 'r', experimentId, source: 'track' })
    await runs.create({ id: 'other', experimentId, source: 'track' })
    await expect(runs.log('nope', {})).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await loggedModels.create({ experimentId: '0' })
    expect(told).toEqual([`experiment ${experimentId}`, 'trackedRun r', 'trackedRun other', 'experiment 0'])
  })

  it('sees all of a batch or nothing of it', async () => {
    const { runs, id } = await openRun()
    let isWritten = false
    const writing = (async () => {
      for (let i = 0; i < 50; i++) {
        const value = String(i)
        const metrics = [{ key: 'm', value: i, step: i, atMs: 0 }]
        await runs.log(id, { metrics, params: [{ key: `p${i}`, value }], tags: [{ key: 't', value }] })
      }
      isWritten = true
    })()
    while (!isWritten) {
      const { metrics, params, tags } = await runs.get(id)
      const last = metrics[0]?.value ?? -1
      expect(Object.keys(params)).toHaveLength(last + 1)
      expect(tags.t ?? '-1').toBe(String(last))
      await turn()
    }
    await writing
  })
})

describe('inputs and outputs of a run', () => {
  it('are kept once', async () => {
    const { runs, id } = await openRun()
    const dataset = {
      name: 'adult',
      digest: 'd',
      sourceType: 'file',
      source: 'a.csv',
      context: 'train',
      tags: { a: 'b' },
    }
    const batch = {
      datasets: [dataset, { ...dataset, digest: 'e', schema: '{}', profile: '[]' }],
      modelInputs: ['m-1'],
      modelOutputs: [{ modelId: 'm-2', step: 3 }],
    }
    await runs.log(id, batch)
    await runs.log(id, batch)
    expect(await runs.get(id)).toMatchObject(batch)
    const inputs = await runs.inputsOf([id, 'nope'])
    expect(inputs.get(id)).toEqual(batch)
    expect(inputs.get('nope')).toEqual({ datasets: [], modelInputs: [], modelOutputs: [] })
    expect(await runs.datasetsOf(['0', '7'], 10)).toEqual([
      { experimentId: '0', name: 'adult', digest: 'd', context: 'train' },
      { experimentId: '0', name: 'adult', digest: 'e', context: 'train' },
    ])
    expect(await runs.datasetsOf(['0'], 1)).toHaveLength(1)
    await runs.delete(id)
    expect(await runs.datasetsOf(['0'], 10)).toEqual([])
  })
})

describe('makeRunName', () => {
  it('makes names of at most 20 characters', () => {
    const rng = createRng(1)
    const names = Array.from({ length: 5_000 }, () => makeRunName(rng))
    expect(Math.max(...names.map((name) => name.length))).toBeLessThanOrEqual(20)
    expect(names.every((name) => /^[a-z]+-[a-z]+-\d{1,3}$/.test(name))).toBe(true)
    expect(new Set(names).size).toBeGreaterThan(4_990)
  })
})
