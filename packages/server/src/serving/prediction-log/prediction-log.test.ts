import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LogEntry, type LogTrouble, PredictionLog, type PredictionRecord, recordPayload } from './index.ts'

const prediction = (i: number, extra: Partial<PredictionRecord> = {}): PredictionRecord => ({
  kind: 'prediction',
  model: 'delays',
  version: 1,
  at: i * 1000,
  loggedAt: 5,
  latencyMs: 0.5,
  score: 0.25,
  label: 'late',
  row: { distance: i, origin: 'Zürich' },
  ...extra,
})
const entry = (record: PredictionRecord): LogEntry => ({ record, payload: recordPayload(record) })
const entries = (from: number, until: number) =>
  Array.from({ length: until - from }, (_, i) => entry(prediction(from + i)))

describe('PredictionLog', () => {
  let dir = ''
  let troubles: LogTrouble[] = []
  const opened: PredictionLog[] = []
  const openLog = (segmentBytes?: number) => {
    const log = new PredictionLog({
      dir,
      clock: () => 0,
      onTrouble: (trouble) => troubles.push(trouble),
      ...(segmentBytes && { segmentBytes }),
    })
    opened.push(log)
    return log
  }
  const active = (name = '000001.log') => join(dir, 'delays', name)

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'regia-log-'))
    troubles = []
  })
  afterEach(async () => {
    for (const log of opened.splice(0)) await log.close()
    rmSync(dir, { recursive: true })
  })

  it('finds a prediction by the id that append answered, also after it was opened again', () => {
    const ids = openLog().open('delays').append(entries(0, 3))
    const again = openLog()
    again.open('delays')
    const found = again.locate(ids[1] ?? '')
    expect(found?.log.findPrediction(found.place)).toEqual(prediction(1))
    expect(again.locate('1-1-zzzz')).toBeUndefined()
    expect(again.locate('no id at all')).toBeUndefined()
  })

  it('keeps the logs of endpoints apart', () => {
    const log = openLog()
    const [first] = log.open('a').append(entries(0, 1))
    const [second] = log.open('b').append(entries(7, 8))
    const found = log.locate(second ?? '')
    expect(found?.log.findPrediction(found.place)?.row).toEqual({ distance: 7, origin: 'Zürich' })
    expect(first).not.toBe(second)
  })

  it('lists newest first over many segments, with paging and filters', () => {
    const log = openLog(1000).open('delays')
    for (let i = 0; i < 40; i += 2) log.append(entries(i, i + 2))
    expect(log.sealedSegments.length).toBeGreaterThan(5)
    const all = [...log.predictionsBefore(undefined)]
    expect(all.map(({ record }) => record.row.distance)).toEqual(Array.from({ length: 40 }, (_, i) => 39 - i))
    const rest = [...log.predictionsBefore(all[9]?.end)]
    expect(rest.map(({ id }) => id)).toEqual(all.slice(10).map(({ id }) => id))
    expect([...log.predictionsBefore(undefined, { from: 3000, until: 5000 })].map(({ record }) => record.at)).toEqual([
      4000, 3000,
    ])
    expect(log.countPredictions()).toBe(40)
    expect(log.countPredictions({ version: 2 })).toBe(0)
  })

  it('reads on from a position', () => {
    const log = openLog(1000).open('delays')
    log.append(entries(0, 20))
    log.append(entries(20, 23))
    const all = [...log.recordsFrom()]
    expect(all).toHaveLength(23)
    expect([...log.recordsFrom(all[10]?.end)].map(({ id }) => id)).toEqual(all.slice(11).map(({ id }) => id))
    expect([...log.recordsFrom(log.end)]).toEqual([])
  })

  it('cuts off a torn tail, says so and goes on', () => {
    const ids = openLog().open('delays').append(entries(0, 3))
    const sizeBytes = statSync(active()).size
    appendFileSync(active(), readFileSync(active()).subarray(0, 40))
    appendFileSync(active(), Buffer.from([9, 9, 9]))
    const whole = statSync(active()).size
    const log = openLog()
    const opened = log.open('delays')
    expect(troubles).toMatchObject([{ kind: 'torn-tail', segment: 1, offset: sizeBytes, sizeBytes: whole - sizeBytes }])
    expect(readdirSync(join(dir, 'delays'))).toContain(`000001.torn-${sizeBytes}`)
    const [next] = opened.append(entries(3, 4))
    expect([...opened.recordsFrom()].map(({ id }) => id)).toEqual([...ids, next])
  })

  it('cuts a torn tail at every byte of the last frame without losing what is before it', async () => {
    const first = openLog()
    const ids = first.open('delays').append(entries(0, 2))
    await first.close()
    opened.pop()
    const bytes = readFileSync(active())
    const lastOffset = Number.parseInt(ids[1]?.split('-')[2] ?? '', 36)
    for (let end = lastOffset; end < bytes.length; end++) {
      writeFileSync(active(), bytes.subarray(0, end))
      expect([...openLog().open('delays').recordsFrom()].map(({ id }) => id)).toEqual([ids[0]])
    }
  })

  it('passes over damage in the middle, naming segment and offset', () => {
    const ids = openLog().open('delays').append(entries(0, 3))
    const offset = Number.parseInt(ids[1]?.split('-')[2] ?? '', 36)
    const bytes = readFileSync(active())
    bytes[offset + 20] = (bytes[offset + 20] ?? 0) ^ 1
    writeFileSync(active(), bytes)
    const log = openLog()
    const reopened = log.open('delays')
    expect([...reopened.recordsFrom()].map(({ id }) => id)).toEqual([ids[0], ids[2]])
    expect(troubles[0]?.kind).toBe('quarantined')
    expect(troubles[0]?.message).toContain(`segment 1, offset ${offset}`)
    expect(log.locate(ids[1] ?? '')).toBeUndefined()
  })

  it('finds its way again when the damage hit a length', () => {
    const ids = openLog().open('delays').append(entries(0, 3))
    const offset = Number.parseInt(ids[1]?.split('-')[2] ?? '', 36)
    const bytes = readFileSync(active())
    bytes.writeUInt32LE(0xffffffff, offset)
    writeFileSync(active(), bytes)
    expect([...openLog().open('delays').recordsFrom()].map(({ id }) => id)).toEqual([ids[0], ids[2]])
  })

  it('names a frame that was damaged after it was indexed', () => {
    const log = openLog()
    const endpoint = log.open('delays')
    const [id] = endpoint.append(entries(0, 1))
    const found = log.locate(id ?? '')
    const bytes = readFileSync(active())
    writeFileSync(active(), bytes.fill(0, (found?.place.offset ?? 0) + 10))
    expect(() => found && endpoint.findPrediction(found.place)).toThrow(
      expect.objectContaining({ code: 'DATA_UNREADABLE', where: expect.stringContaining('segment 1, offset') }),
    )
  })

  it('acknowledges nothing when the disk is full, and goes on when there is room', () => {
    const log = openLog(1000).open('delays')
    log.append(entries(0, 2))
    symlinkSync('/dev/full', active('000002.log'))
    expect(() => log.append(entries(2, 9))).toThrow(expect.objectContaining({ code: 'LOG_WRITE_FAILED' }))
    const ids = log.append(entries(2, 4))
    expect(ids).toHaveLength(2)
    expect([...log.recordsFrom()].map(({ record }) => record.kind === 'prediction' && record.row.distance)).toEqual([
      0, 1, 2, 3,
    ])
  })
})
