import { createRng, type Rng, type Row, type ServingLimits, servingLimitsSchema } from '@regia/core'
import { type ModelSession, openModel } from '@regia/engine'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { logPackage } from '../../../../../../tests/fixtures/models/graph-packages.ts'
import { packageTrips, tripRows } from '../../../../test/serving/trips.ts'
import type { PredictCall } from '../answer.ts'
import { Deployment } from '../deployment.ts'

/*
 * Whatever arrives together, in whatever shape, beside whatever fails or is given up: each row gets the score that it gets by itself, in
 * one batch, and offline.
 */

const ROUNDS = 30
const CALLS = 25
const TOLERANCE = 1e-6

type Subject = { readonly bytes: Uint8Array; readonly draw: (rng: Rng) => Row; readonly spoil: (row: Row) => Row }
type Asked = { readonly rows: readonly Row[]; readonly isGone: boolean; readonly isBad: boolean }
type Outcome = { readonly scores: number[] } | { readonly code: string }

let subjects: Readonly<Record<string, Subject>>
const sessions: ModelSession[] = []
beforeAll(async () => {
  const trips = tripRows(500, 'equal').rows
  subjects = {
    // A class model with text and nulls; a column of the wrong type spoils a request before it joins a batch.
    trips: {
      bytes: await packageTrips(),
      draw: (rng) => trips[rng.integer(trips.length)]!,
      spoil: (row) => ({ ...row, miles: 'far' }),
    },
    // A regression whose answer is no number for some rows, which spoils the batch that they are in.
    log: {
      bytes: await logPackage(),
      draw: (rng) => ({ a: 0.01 + rng.next() * 10, b: rng.normal() }),
      spoil: (row) => ({ ...row, a: -1 }),
    },
  }
})
afterAll(async () => {
  for (const session of sessions) await session.close()
})

async function deployed({ bytes }: Subject, limits: Partial<ServingLimits>): Promise<Deployment> {
  const session = await openModel(bytes, { loadIn: 'threads' })
  const registered = { model: 'm', version: 1, packageDigest: session.manifest.graph, package: session.manifest }
  const deployment = new Deployment(registered, session, {
    limits: servingLimitsSchema.parse(limits),
    onAnswered: (served, { calls, predictions }) => {
      let from = 0
      for (const call of calls) {
        call.done({ served, predictions, from, count: call.rows.length, ids: [] })
        from += call.rows.length
      }
    },
  })
  sessions.push(session)
  await deployment.prepare()
  return deployment
}

const ask = (deployment: Deployment, { rows, isGone }: Asked): Promise<Outcome> =>
  new Promise((resolve) => {
    const fail = (error: unknown): void =>
      resolve({ code: error instanceof Error && 'code' in error ? String(error.code) : String(error) })
    const call: PredictCall = {
      rows,
      at: 0,
      receivedAt: performance.now(),
      isGone: () => isGone,
      done: ({ predictions, from, count }) => resolve({ scores: [...predictions.scores.subarray(from, from + count)] }),
      fail,
    }
    try {
      deployment.predict(call)
    } catch (error) {
      fail(error)
    }
  })

function drawCalls(rng: Rng, { draw, spoil }: Subject): Asked[] {
  return Array.from({ length: CALLS }, () => {
    const shape = rng.next()
    const count = shape < 0.6 ? 1 : shape < 0.95 ? 1 + rng.integer(20) : 60 + rng.integer(100)
    const isBad = rng.next() < 0.1
    const rows = Array.from({ length: count }, () => draw(rng))
    if (isBad) rows[rng.integer(count)] = spoil(rows[0]!)
    return { rows, isBad, isGone: rng.next() < 0.1 }
  })
}

const pause = (rng: Rng): Promise<void> =>
  new Promise((resolve) => (rng.next() < 0.5 ? setImmediate(resolve) : setTimeout(resolve, rng.integer(3))))

it.each([
  ['trips', { lane: 'inline' }],
  ['trips', { lane: 'worker', maxBatchRows: 40 }],
  ['trips', { lane: 'auto', cache: { entries: 100, ttl: '1m' } }],
  ['log', { lane: 'inline', maxBatchRows: 16 }],
  ['log', { lane: 'worker' }],
] as const)('concurrent requests, one batch and offline scoring agree: %s %j', async (name, limits) => {
  const subject = subjects[name]!
  const rng = createRng(`equivalence ${name} ${JSON.stringify(limits)}`)
  const deployment = await deployed(subject, limits)
  const alone = await openModel(subject.bytes)
  sessions.push(alone)
  for (let round = 0; round < ROUNDS; round++) {
    const asked = drawCalls(rng, subject)
    const outcomes: Promise<Outcome>[] = []
    for (const one of asked) {
      outcomes.push(ask(deployment, one))
      if (rng.next() < 0.3) await pause(rng)
    }
    const settled = await Promise.all(outcomes)
    const sound = asked.filter(({ isBad }) => !isBad)
    const offline = (await alone.predictRows(sound.flatMap(({ rows }) => rows))).scores
    let place = 0
    for (const [i, { rows, isBad, isGone }] of asked.entries()) {
      const outcome = settled[i]!
      const expected = isBad ? [] : offline.subarray(place, place + rows.length)
      if (!isBad) place += rows.length
      if ('code' in outcome) {
        expect(outcome.code).toMatch(isBad ? /^(COLUMN_TYPE|MODEL_INVALID|CLIENT_GONE)$/ : /^CLIENT_GONE$/)
        expect(isBad || isGone).toBe(true)
        continue
      }
      expect(isBad).toBe(false)
      expect(outcome.scores).toHaveLength(expected.length)
      for (const [row, score] of outcome.scores.entries()) {
        expect(Math.abs(score - expected[row]!)).toBeLessThanOrEqual(TOLERANCE)
      }
    }
    const [row] = sound[0]?.rows ?? []
    if (row) expect((await alone.predictRows([row])).scores[0]).toBeCloseTo(offline[0]!, 6)
  }
  await deployment.close()
})
