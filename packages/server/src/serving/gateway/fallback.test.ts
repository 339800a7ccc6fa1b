import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type EndpointSpecInput, endpointSpecSchema } from '@regia/core'
import { type ModelSession, openModel, readModelPackage } from '@regia/engine'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { packageTrips, tripRows } from '../../../test/serving/trips.ts'
import { PredictionLog } from '../prediction-log/index.ts'
import type { Answer } from './answer.ts'
import { EndpointGateway } from './endpoint-gateway.ts'
import type { RegisteredVersion } from './model-directory.ts'
import { plainReply } from './plain-reply.ts'
import { topClasses } from './shown-label.ts'

let dir = ''
let bytes: Uint8Array
let gateway: EndpointGateway
let log: PredictionLog
/** What version 1 does after it was loaded. */
let behaviour: 'answers' | 'fails' | 'is late' = 'answers'
const LATE_MS = 150
const { rows } = tripRows(20, 'fallback')

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'regia-fallback-'))
  bytes = await packageTrips()
})
afterEach(async () => {
  behaviour = 'answers'
  await gateway.close()
  await log.close()
})
afterAll(() => rmSync(dir, { recursive: true }))

const version = (number: number): RegisteredVersion => {
  const { manifest } = readModelPackage(bytes)
  return { model: 'trips', version: number, packageDigest: manifest.graph, package: manifest }
}

async function serve(folder: string, input: Partial<EndpointSpecInput>): Promise<void> {
  const stable = 'trips@champion'
  const spec = { ...endpointSpecSchema.parse({ name: 'trips', stable, limits: { lane: 'inline' }, ...input }), stable }
  log = new PredictionLog({ dir: join(dir, folder), clock: Date.now })
  const open = async ({ version: number }: RegisteredVersion): Promise<ModelSession> => {
    const session = await openModel(bytes)
    if (number !== 1) return session
    return {
      ...session,
      predictBatch: async (batch) => {
        if (behaviour === 'fails') throw new Error('out of luck')
        if (behaviour === 'is late') await sleep(LATE_MS)
        return session.predictBatch(batch)
      },
    }
  }
  gateway = new EndpointGateway({ spec, log: log.open('trips'), directory: { open }, clock: Date.now })
  await gateway.change({
    stable: version(1),
    fallback: spec.fallback && 'model' in spec.fallback ? version(2) : undefined,
  })
}

const ask = (count = 1): Promise<Answer> =>
  new Promise((done, fail) =>
    gateway.predict({ rows: rows.slice(0, count), at: 0, receivedAt: performance.now(), done, fail }),
  )
const reply = async (count?: number) => JSON.parse(plainReply('trips', await ask(count)))
const logged = () => [...gateway.log.predictionsBefore(undefined)].map(({ record }) => record)

describe('a fallback', () => {
  const fallback = { model: 'trips-fast@2', afterMs: 30 }

  it('is not asked while the version answers', async () => {
    await serve('well', { fallback })
    expect(await reply()).toMatchObject({ version: 1, predictions: [{ id: expect.any(String) }] })
    expect(gateway.fallbackCounts).toEqual({ late: 0, failed: 0 })
    expect(logged()[0]).not.toHaveProperty('servedBy')
  })

  it('answers when the version fails, and the answer and the log say so', async () => {
    await serve('failed', { fallback })
    behaviour = 'fails'
    const { version: answered, predictions } = await reply(2)
    expect(answered).toBe(2)
    expect(predictions).toHaveLength(2)
    expect(predictions[1]).toMatchObject({ servedBy: 'fallback', degraded: 'out of luck' })
    expect(logged().map(({ version: by, servedBy }) => [by, servedBy])).toEqual([
      [2, 'fallback'],
      [2, 'fallback'],
    ])
    expect(gateway.fallbackCounts).toEqual({ late: 0, failed: 1 })
  })

  it('answers when the version is late, once, and the version’s own answer is logged when it comes', async () => {
    await serve('late', { fallback })
    behaviour = 'is late'
    const before = performance.now()
    const { predictions } = await reply()
    expect(performance.now() - before).toBeLessThan(LATE_MS)
    expect(predictions[0]).toMatchObject({ servedBy: 'fallback', degraded: expect.stringContaining('30 ms') })
    await sleep(2 * LATE_MS)
    expect(logged().map(({ servedBy }) => servedBy)).toEqual([undefined, 'fallback'])
    expect(gateway.fallbackCounts).toEqual({ late: 1, failed: 0 })
  })

  it('is not asked for a request that no version would take', async () => {
    await serve('caller', { fallback })
    const wrong = new Promise((done, fail) =>
      gateway.predict({ rows: [{ miles: 'far' }], at: 0, receivedAt: performance.now(), done, fail }),
    )
    await expect(wrong).rejects.toMatchObject({ code: expect.stringMatching(/^COLUMN_/) })
    expect(gateway.fallbackCounts).toEqual({ late: 0, failed: 0 })
  })

  it('may be a constant, with probabilities that fit it', async () => {
    const { classes = [], positive = '' } = readModelPackage(bytes).manifest.signature
    const label = classes.find((name) => name !== positive)!
    await serve('constant', { fallback: { answer: { score: 0.25, label } } })
    behaviour = 'fails'
    const { predictions } = await reply()
    expect(predictions[0]).toMatchObject({ label, score: 0.25, servedBy: 'constant' })
    expect(predictions[0].probabilities).toEqual({ [positive]: 0.25, [label]: 0.75 })
    expect(logged()[0]).toMatchObject({ servedBy: 'constant', label })
  })

  it('that cannot answer either leaves the first fault to be told', async () => {
    await serve('both', { fallback: { model: 'trips-fast@2' } })
    await gateway.change({ stable: version(1) })
    behaviour = 'fails'
    await expect(ask()).rejects.toThrow('out of luck')
  })
})

describe('abstention', () => {
  it('calls a label undecided where no class is probable enough, in the answer and in the log', async () => {
    await serve('unsure', { abstainBelow: 0.8 })
    const { predictions } = await reply(20)
    const undecided = logged()
      .reverse()
      .map(({ isUndecided }) => isUndecided === true)
    const highest = predictions.map((each: { probabilities: Record<string, number> }) =>
      Math.max(...Object.values(each.probabilities)),
    )
    expect(predictions.map((each: { label: string }) => each.label === 'undecided')).toEqual(
      highest.map((probability: number) => probability < 0.8),
    )
    expect(undecided).toEqual(highest.map((probability: number) => probability < 0.8))
    expect(new Set(undecided).size).toBe(2)
    expect(logged()[0]!.label).not.toBe('undecided')
  })

  it('lists the most probable classes where a person chooses', async () => {
    await serve('top', { topK: 2 })
    const { predictions } = await reply(3)
    for (const { top, probabilities, label } of predictions) {
      const best = Object.entries<number>(probabilities).sort((a, b) => b[1] - a[1])
      expect(top).toEqual(best.slice(0, 2).map(([name, probability]) => ({ label: name, probability })))
      expect(top[0].label).toBe(label)
    }
    expect(topClasses(await ask(), 0)).toHaveLength(2)
  })
})
