import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDataEngine, type DataEngine } from '@regia/engine'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PredictionLog, type PredictionRecord, recordPayload } from './index.ts'
import { LogArchive } from './log-archive.ts'

let dir = ''
let engine: DataEngine
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'regia-archive-'))
  engine = await createDataEngine({ tempDir: join(dir, 'spill') })
})
afterAll(async () => {
  await engine.close()
  rmSync(dir, { recursive: true })
})

const prediction = (i: number): PredictionRecord => ({
  kind: 'prediction',
  model: 'trips',
  version: 1,
  at: i * 1000,
  loggedAt: 5,
  latencyMs: 0.5,
  score: i / 100,
  label: 'late',
  row: { miles: i, place: i % 2 === 0 ? null : 'JFK' },
})

it('makes a Parquet partition of every sealed segment, and drops raw ones past their horizon', async () => {
  const log = new PredictionLog({ dir: join(dir, 'log'), clock: Date.now, segmentBytes: 2000 })
  const endpoint = log.open('trips')
  for (let i = 0; i < 30; i++) {
    const record = prediction(i)
    endpoint.append([{ record, payload: recordPayload(record) }])
  }
  const errors: unknown[] = []
  const archive = new LogArchive({
    log,
    toParquet: async (sql, records, outputPath) => {
      await engine.query({ sql, tables: { records }, outputPath })
    },
    findCounted: async () => endpoint.end,
    tempDir: join(dir, 'tmp'),
    clock: Date.now,
    labelHorizonMs: 60_000,
    onError: (error) => errors.push(error),
  })
  await archive.turn()
  expect(errors).toEqual([])
  expect(endpoint.sealedSegments.length).toBeGreaterThan(1)
  const [first = 0, second = 0] = endpoint.sealedSegments
  const { rows, total } = await engine.rows({ path: endpoint.pathsOf(first).partition, limit: 100 })
  expect(total).toBeGreaterThan(3)
  expect(rows[1]).toMatchObject({
    model: 'trips',
    version: 1,
    score: 0.01,
    label: 'late',
    input_miles: 1,
    input_place: 'JFK',
  })
  expect(rows[0]?.input_place).toBeNull()

  const { raw, partition } = endpoint.pathsOf(first)
  utimesSync(raw, new Date(0), new Date(0))
  await archive.turn()
  expect([existsSync(raw), existsSync(partition)]).toEqual([false, true])
  expect(endpoint.sealedSegments[0]).toBe(second)
  expect([...endpoint.predictionsBefore(undefined)]).toHaveLength(30 - total)
  await log.close()
})

it('waits for a quiet time while requests need the machine, but not for ever', async () => {
  const log = new PredictionLog({ dir: join(dir, 'busy'), clock: Date.now, segmentBytes: 300 })
  const endpoint = log.open('trips')
  const append = (count: number) => {
    for (let i = 0; i < count; i++) {
      const record = prediction(i)
      endpoint.append([{ record, payload: recordPayload(record) }])
    }
  }
  const made: string[] = []
  const archive = new LogArchive({
    log,
    toParquet: async (_sql, _records, path) => {
      made.push(path)
      writeFileSync(path, '')
    },
    findCounted: async () => endpoint.end,
    tempDir: join(dir, 'tmp'),
    clock: Date.now,
    isBusy: () => true,
    onError: () => undefined,
  })
  append(30)
  await archive.turn()
  expect(made).toEqual([])
  append(200)
  const waiting = endpoint.sealedSegments.length
  await archive.turn()
  expect(made).toHaveLength(waiting - 64)
  await log.close()
})
