import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRng } from '@regia/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../../database/open.ts'
import { Reader } from '../../database/reader.ts'
import { KeyIds } from '../key-ids.ts'
import { insertExperiments, insertRuns, randomRun } from '../search/testing/random-runs.ts'
import { MetricHistoryService } from './metric-history-service.ts'

type Point = { readonly step: number; readonly atMs: number; readonly value: number }

async function openHistory(curves: Readonly<Record<string, readonly Point[]>>, sampledPoints?: number) {
  const home = mkdtempSync(join(tmpdir(), 'regia-history-'))
  const database = await openDatabase(join(home, 'regia.db'))
  const reader = new Reader({ database })
  onTestFinished(async () => {
    await reader.close()
    await database.destroy()
    rmSync(home, { recursive: true, force: true })
  })
  await insertExperiments(database)
  const ids = Object.keys(curves)
  await insertRuns(
    database,
    ids.map((id, i) => ({ ...randomRun(createRng(i), i), id })),
  )
  await database.transaction().execute(async (transaction) => {
    const keys = await new KeyIds().ensure(transaction, ['loss'])
    for (const [id, points] of Object.entries(curves)) {
      const { seq } = await transaction
        .selectFrom('tracked_run')
        .select('seq')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      for (const { step, atMs, value } of points) {
        const number = Number.isNaN(value) ? { value: 0, is_nan: 1 } : { value, is_nan: 0 }
        const row = { run_seq: seq, key_id: keys.get('loss') ?? -1, at_ms: atMs, step, ...number }
        await transaction.insertInto('metric_point').values(row).execute()
      }
    }
  })
  return new MetricHistoryService(reader, sampledPoints)
}

const point = (step: number, value = step, atMs = step): Point => ({ step, value, atMs })
const steps = (...list: readonly number[]): readonly Point[] => list.map((step) => point(step, step, Math.abs(step)))
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i)

describe('the history of a metric', () => {
  it('comes by time, step and value, in pages of any size', async () => {
    const rng = createRng(1)
    const cells = new Map<string, Point>()
    for (let i = 0; i < 200; i++) {
      const one = { step: rng.integer(5) - 2, atMs: rng.integer(6), value: rng.integer(4) - 2 }
      cells.set(JSON.stringify(one), one)
    }
    const points = [...cells.values()].sort((a, b) => a.atMs - b.atMs || a.step - b.step || a.value - b.value)
    const history = await openHistory({ a: [...points].reverse() })
    for (const limit of [1, 7, 1_000]) {
      const read: unknown[] = []
      let cursor: string | undefined
      do {
        const page = await history.list('a', 'loss', { limit, cursor })
        read.push(...page.items)
        cursor = page.nextCursor
      } while (cursor !== undefined)
      expect(read).toEqual(points.map((one) => ({ key: 'loss', ...one })))
    }
  })

  it('keeps NaN and infinities, and a page can end at either', async () => {
    const values = [Number.NEGATIVE_INFINITY, 0, Number.NaN, Number.POSITIVE_INFINITY]
    const history = await openHistory({ a: values.map((value) => point(0, value)) })
    const read: number[] = []
    let cursor: string | undefined
    do {
      const page = await history.list('a', 'loss', { limit: 1, cursor })
      read.push(...page.items.map(({ value }) => value))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(read).toEqual(values)
  })

  it('is empty for a run or key that is not there, and refuses the cursor of another', async () => {
    const history = await openHistory({ a: steps(1, 2), b: steps(1, 2) })
    expect(await history.list('nobody', 'loss', { limit: 5 })).toEqual({ items: [] })
    expect(await history.list('a', 'nothing', { limit: 5 })).toEqual({ items: [] })
    const { nextCursor } = await history.list('a', 'loss', { limit: 1 })
    await expect(history.list('b', 'loss', { limit: 1, cursor: nextCursor })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    })
  })

  it('of several runs comes run by run, and ends at the limit', async () => {
    const history = await openHistory({ b: steps(2, 1), a: steps(5), c: steps(7) })
    const read = async (limit: number) =>
      (await history.listBulk(['c', 'b', 'a', 'nobody'], 'loss', limit)).map(({ runId, step }) => `${runId}${step}`)
    expect(await read(100)).toEqual(['a5', 'b1', 'b2', 'c7'])
    expect(await read(3)).toEqual(['a5', 'b1', 'b2'])
  })
})

describe('a sample of steps', () => {
  it('has every point where there are few', async () => {
    const history = await openHistory({ a: [...steps(0, 1, 2), point(1, 9, 9)], b: steps(2, 5) })
    const points = await history.sampleSteps({ runIds: ['b', 'a'], key: 'loss', limit: 10 })
    expect(points.map(({ runId, step, value }) => [runId, step, value])).toEqual([
      ['b', 2, 2],
      ['b', 5, 5],
      ['a', 0, 0],
      ['a', 1, 1],
      ['a', 1, 9],
      ['a', 2, 2],
    ])
  })

  it("spreads the steps evenly, and adds each run's own first and last", async () => {
    const history = await openHistory({ a: steps(...range(100)), b: steps(33, 61) })
    const points = await history.sampleSteps({ runIds: ['a', 'b'], key: 'loss', limit: 4 })
    const ofRun = (run: string) => points.filter(({ runId }) => runId === run).map(({ step }) => step)
    expect(ofRun('a')).toEqual([0, 25, 33, 50, 61, 75, 99])
    expect(ofRun('b')).toEqual([33, 61])
  })

  it('shows some of many values at one step', async () => {
    const history = await openHistory({ a: range(1_000).map((i) => point(0, i, i)), b: steps(0, 1) }, 10)
    const points = await history.sampleSteps({ runIds: ['a', 'b'], key: 'loss', limit: 10 })
    const ofRun = (run: string) => points.filter(({ runId }) => runId === run).map(({ value }) => value)
    expect(ofRun('a')).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 999])
    expect(ofRun('b')).toEqual([0, 1])
  })

  it('has all steps, negative ones too, unless a range is asked for', async () => {
    const history = await openHistory({ a: steps(-5, -1, 0, 3, 8) })
    const read = async (ends: { readonly from?: number; readonly until?: number }) =>
      (await history.sampleSteps({ runIds: ['a'], key: 'loss', limit: 10, ...ends })).map(({ step }) => step)
    expect(await read({})).toEqual([-5, -1, 0, 3, 8])
    expect(await read({ from: -3, until: 3 })).toEqual([-1, 0, 3])
    expect(await read({ from: 100, until: 200 })).toEqual([])
  })
})

describe('a chart', () => {
  it('has every point of a short curve, by growing x', async () => {
    const history = await openHistory({ a: [point(2, 5, 100), point(1, Number.NaN, 300), point(1, 7, 200)], b: [] })
    const read = (x: 'step' | 'time' | 'elapsed') =>
      history.chart({ runs: ['b', 'a', 'nobody'], keys: ['nothing', 'loss'], x })
    expect(await read('step')).toEqual([
      { run: 'a', key: 'loss', pointCount: 3, isReduced: false, x: [1, 1, 2], value: [7, 'NaN', 5] },
    ])
    expect(await read('time')).toMatchObject([{ x: [100, 200, 300], value: [5, 7, 'NaN'] }])
    expect(await read('elapsed')).toMatchObject([{ x: [0, 100, 200], value: [5, 7, 'NaN'] }])
  })

  it('puts a long curve into buckets that lose no peak', async () => {
    const rng = createRng(2)
    const points = range(1_000).map((step) => point(step, step === 777 ? 1e6 : rng.normal(), step * 10))
    const history = await openHistory({ a: points })
    const [curve] = await history.chart({ runs: ['a'], keys: ['loss'], points: 50 })
    const of = (bucket: number) =>
      points.filter(({ step }) => Math.min(49, Math.trunc(step / (999 / 50))) === bucket).map(({ value }) => value)
    expect(curve).toMatchObject({ pointCount: 1_000, isReduced: true })
    expect(curve?.x).toHaveLength(50)
    expect(curve?.min).toEqual(range(50).map((bucket) => Math.min(...of(bucket))))
    expect(curve?.max).toEqual(range(50).map((bucket) => Math.max(...of(bucket))))
    for (const bucket of range(50)) {
      const values = of(bucket)
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      expect(curve?.value[bucket]).toBeCloseTo(mean, 8)
    }
    expect(curve?.x).toEqual([...(curve?.x ?? [])].sort((a, b) => a - b))
  })

  it('leaves NaN out of a bucket, and says where there is nothing else', async () => {
    const points = range(100).map((step) => point(step, step < 50 ? Number.NaN : step === 60 ? Number.NaN : step))
    const history = await openHistory({ a: points })
    const [curve] = await history.chart({ runs: ['a'], keys: ['loss'], points: 10 })
    expect(curve?.value.slice(0, 5)).toEqual([null, null, null, null, null])
    expect(curve?.min?.slice(5)).toEqual([50, 61, 70, 80, 90])
  })

  it('shows a part of a curve finely, and knows the whole', async () => {
    const history = await openHistory({ a: steps(...range(1_000)) })
    const [part] = await history.chart({ runs: ['a'], keys: ['loss'], from: 100, until: 120, points: 50 })
    expect(part).toMatchObject({ pointCount: 1_000, isReduced: false, x: range(21).map((i) => 100 + i) })
    const [none] = await history.chart({ runs: ['a'], keys: ['loss'], from: 5_000, points: 50 })
    expect(none).toMatchObject({ pointCount: 1_000, x: [], value: [] })
  })

  it('draws many points at one step', async () => {
    const history = await openHistory({ a: range(50).map((i) => point(0, i, i)) })
    const [curve] = await history.chart({ runs: ['a'], keys: ['loss'], points: 10 })
    expect(curve).toMatchObject({ isReduced: true, x: [0], value: [24.5], min: [0], max: [49] })
  })
})
