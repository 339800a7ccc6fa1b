import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSketcher, type SketchJson } from '@regia/core'
import { openModel, readModelPackage } from '@regia/engine'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { packageTrips, tripRows } from '../../../test/serving/trips.ts'
import type { Database } from '../../database/database.ts'
import { openDatabase } from '../../database/open.ts'
import { type EndpointLog, type LogRecord, PredictionLog, recordPayload } from '../prediction-log/index.ts'
import { CountStore, HOUR_MS, LogConsumer, type VersionFacts } from './index.ts'

const { rows, late } = tripRows(120, 'counted')
let facts: VersionFacts
let scores: readonly number[]
let dir = ''
let database: Database
let log: PredictionLog
let endpoint: EndpointLog
let errors: unknown[] = []

beforeAll(async () => {
  const opened = readModelPackage(await packageTrips())
  const profile = opened.referenceProfile!
  facts = { signature: opened.manifest.signature, reference: { profile, sketcher: createSketcher(profile) } }
  const session = await openModel(opened)
  scores = [...(await session.predictRows(rows)).scores]
  await session.close()
})
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'regia-consumer-'))
  database = await openDatabase(join(dir, 'regia.db'))
  log = new PredictionLog({ dir: join(dir, 'log'), clock: Date.now })
  endpoint = log.open('trips')
  errors = []
})
afterEach(async () => {
  await log.close()
  await database.destroy()
  rmSync(dir, { recursive: true })
})

const follow = async (store = new CountStore(database)): Promise<LogConsumer> => {
  const options = { store, findFacts: async () => facts, onError: (error: unknown) => errors.push(error) }
  const consumer = new LogConsumer({ ...options, commitIntervalMs: 3_600_000 })
  await consumer.follow(endpoint)
  return consumer
}
const write = (records: readonly LogRecord[]) =>
  endpoint.append(records.map((record) => ({ record, payload: recordPayload(record) })))
/** Predictions 20 minutes of event time apart. */
const predict = (from: number, until: number) =>
  write(
    rows.slice(from, until).map((row, i) => ({
      kind: 'prediction',
      model: 'trips',
      version: 1,
      at: (from + i) * 20 * 60_000,
      loggedAt: 0,
      latencyMs: 1,
      score: scores[from + i]!,
      label: String(scores[from + i]! > 0.5),
      row,
    })),
  )
const label = (predictionId: string, value: boolean) =>
  write([{ kind: 'label', predictionId, label: String(value), loggedAt: 0 }])

/** What a sketcher counts of the same predictions and labels, hour by hour. */
function expectedSketches(until: number, labels: ReadonlyMap<number, boolean>): SketchJson[] {
  const { sketcher } = facts.reference!
  const hours = new Map<number, ReturnType<typeof sketcher.empty>>()
  for (let i = 0; i < until; i++) {
    const hour = Math.floor((i * 20 * 60_000) / HOUR_MS)
    const sketch = hours.get(hour) ?? sketcher.empty()
    hours.set(hour, sketch)
    sketcher.add(sketch, rows[i]!, scores[i]!)
    const known = labels.get(i)
    if (known !== undefined) sketcher.addLabel(sketch, scores[i]!, known)
  }
  return [...hours.values()].map((sketch) => rounded(sketcher.toJson(sketch)))
}
/** Sums of parts and sums in one go differ in the last digits. */
const rounded = (sketch: SketchJson): SketchJson =>
  JSON.parse(JSON.stringify(sketch), (_, value) => (typeof value === 'number' ? Number(value.toPrecision(12)) : value))
const storedSketches = async () =>
  (await new CountStore(database).sketches('trips', 1, 0, Number.MAX_SAFE_INTEGER)).map(rounded)

describe('LogConsumer', () => {
  it('counts what a sketcher counts, whenever it commits', async () => {
    const consumer = await follow()
    for (let i = 0; i < 120; i += 7) {
      predict(i, Math.min(i + 7, 120))
      if (i % 2 === 0) await consumer.flush('trips')
    }
    await consumer.close()
    expect(await storedSketches()).toEqual(expectedSketches(120, new Map()))
    expect(await new CountStore(database).counts('trips')).toEqual([
      { version: 1, predictionCount: 120, labelCount: 0 },
    ])
    expect((await new CountStore(database).findWatermark('trips'))?.at).toBe(119 * 20 * 60_000)
  })

  it('counts a label once, and the last of several', async () => {
    const consumer = await follow()
    const ids = predict(0, 10)
    label(ids[0]!, true)
    label(ids[1]!, true)
    await consumer.flush('trips')
    label(ids[0]!, true)
    label(ids[1]!, false)
    label(ids[2]!, true)
    label(ids[2]!, false)
    label('1-1-zzz', true)
    await consumer.close()
    const known = new Map([
      [0, true],
      [1, false],
      [2, false],
    ])
    expect(await storedSketches()).toEqual(expectedSketches(10, known))
    expect((await new CountStore(database).counts('trips'))[0]?.labelCount).toBe(3)
    expect(errors).toEqual([])
  })

  it('goes on where its last commit ended', async () => {
    const first = await follow()
    const ids = predict(0, 50)
    await first.flush('trips')
    predict(50, 80)
    label(ids[3]!, late[3]!)
    // The first is never flushed again, as if its process had died here.
    const second = await follow()
    predict(80, 120)
    await second.close()
    expect(await storedSketches()).toEqual(expectedSketches(120, new Map([[3, late[3]!]])))
    expect((await new CountStore(database).counts('trips'))[0]?.predictionCount).toBe(120)
  })

  it('keeps what could not be committed for the next time', async () => {
    let isBroken = true
    class FailingStore extends CountStore {
      override transaction(work: Parameters<CountStore['transaction']>[0]): Promise<void> {
        return super.transaction(async (connection) => {
          await work(connection)
          if (isBroken) throw new Error('disk full')
        })
      }
    }
    const consumer = await follow(new FailingStore(database))
    const ids = predict(0, 30)
    label(ids[1]!, true)
    await expect(consumer.flush('trips')).rejects.toThrow('disk full')
    predict(30, 60)
    await expect(consumer.flush('trips')).rejects.toThrow('disk full')
    expect(await storedSketches()).toEqual([])
    isBroken = false
    await consumer.close()
    expect(await storedSketches()).toEqual(expectedSketches(60, new Map([[1, true]])))
  })
})
