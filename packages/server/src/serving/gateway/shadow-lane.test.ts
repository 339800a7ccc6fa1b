import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ModelPackage, RegiaError } from '@regia/core'
import { type ModelSession, openModel } from '@regia/engine'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../../../test/serving/load.ts'
import { packageTrips, tripRows } from '../../../test/serving/trips.ts'
import { PredictionLog, type PredictionRecord } from '../prediction-log/index.ts'
import { Deployment } from './deployment.ts'
import { ShadowLane } from './shadow-lane.ts'

const dir = mkdtempSync(join(tmpdir(), 'regia-shadow-'))
const { rows } = tripRows(300, 'shadow')
let session: ModelSession
let log: PredictionLog

beforeAll(async () => {
  session = await openModel(await packageTrips())
  log = new PredictionLog({ dir, clock: Date.now })
})
afterAll(async () => {
  await log.close()
  await session.close()
  rmSync(dir, { recursive: true })
})

const records = rows.map(
  (row, i): PredictionRecord => ({
    kind: 'prediction',
    model: 'm',
    version: 1,
    at: i,
    loggedAt: i,
    latencyMs: 1,
    score: 0.5,
    row,
  }),
)
const ids = records.map((_, i) => `1-1-${i.toString(36)}`)

function laneOf(model: ModelSession, endpoint: string, isPrimaryIdle = () => true) {
  const manifest: ModelPackage = model.manifest
  const registered = { model: 'm', version: 2, packageDigest: manifest.graph, package: manifest }
  return new ShadowLane(new Deployment(registered, model, { onAnswered: () => {} }), log.open(endpoint), isPrimaryIdle)
}

describe('ShadowLane', () => {
  it('logs what the challenger would have answered, beside the champion', async () => {
    const lane = laneOf(session, 'scores')
    lane.offer(records, ids)
    await eventually(async () => (lane.counts.scored === rows.length ? true : undefined))
    const logged = [...log.open('scores').recordsFrom()].map(({ record }) => record)
    const { scores } = await session.predictRows(rows)
    expect(logged).toHaveLength(rows.length)
    expect(logged[7]).toMatchObject({
      kind: 'shadow',
      predictionId: ids[7],
      version: 2,
      score: scores[7],
      champion: { version: 1, score: 0.5, at: 7 },
    })
    await lane.close()
  })

  it('waits while requests are answered', async () => {
    let isIdle = false
    const lane = laneOf(session, 'waits', () => isIdle)
    lane.offer(records.slice(0, 5), ids)
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(lane.counts.scored).toBe(0)
    isIdle = true
    await eventually(async () => (lane.counts.scored === 5 ? true : undefined))
    await lane.close()
  })

  it('drops what it cannot keep up with, and counts it', async () => {
    const lane = laneOf(session, 'drops', () => false)
    for (let i = 0; i < 40; i++) lane.offer(records, ids)
    expect(lane.counts.dropped).toBeGreaterThan(3000)
    await lane.close()
    expect(lane.counts.dropped + lane.counts.scored).toBe(40 * records.length)
  })

  it('counts its failures and touches nothing else', async () => {
    const predictRows = () => Promise.reject(new RegiaError('MODEL_INVALID', 'no'))
    const lane = laneOf({ ...session, predictRows }, 'fails')
    lane.offer(records.slice(0, 5), ids)
    await eventually(async () => (lane.counts.failed === 5 ? true : undefined))
    expect([...log.open('fails').recordsFrom()]).toEqual([])
    await lane.close()
  })
})
