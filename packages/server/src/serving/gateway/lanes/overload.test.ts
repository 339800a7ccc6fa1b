import { createRng, type Rng, servingLimitsSchema } from '@regia/core'
import { type ModelSession, openModel } from '@regia/engine'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { logPackage } from '../../../../../../tests/fixtures/models/graph-packages.ts'
import { Deployment } from '../deployment.ts'

/*
 * On a clock of its own, so that the test says the same on a busy machine: the model takes so long for a batch, more or less, and now and
 * then much longer, as it does where a machine has other work.
 */

const BATCH_MS = 8
const ROW_MS = 0.25
const DEADLINE_MS = 250
const SPAN_MS = 3_000
const CLIENTS = 128

let session: ModelSession
let rng: Rng
beforeAll(async () => {
  session = await openModel(await logPackage())
})
afterAll(() => session.close())
beforeEach(() => {
  rng = createRng('overload')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A factor about 1. */
const noise = (): number => (rng.next() < 0.03 ? 3 : 0.8 + 0.4 * rng.next())

async function slowDeployment(): Promise<Deployment> {
  const predictInThread: ModelSession['predictInThread'] = async (batch) => {
    const runMs = (BATCH_MS + ROW_MS * batch.rowCount) * noise()
    await new Promise((resolve) => setTimeout(resolve, runMs))
    return { predictions: { rowCount: batch.rowCount, scores: new Float32Array(batch.rowCount) }, runMs }
  }
  const slow: ModelSession = {
    ...session,
    predictInThread,
    selfTest: async () => ({ maxError: 0, rowCount: 3 }),
    unload: async () => {},
  }
  const registered = { model: 'm', version: 1, packageDigest: session.manifest.graph, package: session.manifest }
  const deployment = new Deployment(registered, slow, {
    limits: servingLimitsSchema.parse({ lane: 'worker', maxBatchRows: 64, deadlineMs: DEADLINE_MS }),
    onAnswered: (served, { calls, predictions }) => {
      for (const [from, call] of calls.entries()) call.done({ served, predictions, from, count: 1, ids: [] })
    },
  })
  void deployment.prepare()
  await pass(2_000)
  return deployment
}

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms)
}

type Outcome = { readonly latencyMs: number; readonly error?: unknown }

const ask = (deployment: Deployment): Promise<Outcome> =>
  new Promise((resolve) => {
    const receivedAt = performance.now()
    const end = (error?: unknown): void => resolve({ latencyMs: performance.now() - receivedAt, error })
    try {
      deployment.predict({ rows: [{ a: 1, b: 1 }], at: 0, receivedAt, done: () => end(), fail: end })
    } catch (error) {
      end(error)
    }
  })

/** Answers a millisecond with as many clients as keep it busy. */
async function peakPerMs(deployment: Deployment): Promise<number> {
  const until = performance.now() + SPAN_MS
  let answered = 0
  const client = async (): Promise<void> => {
    while (performance.now() < until) if ((await ask(deployment)).error === undefined) answered++
  }
  const clients = Promise.all(Array.from({ length: CLIENTS }, client))
  await pass(SPAN_MS + 500)
  await clients
  return answered / SPAN_MS
}

it('answers nearly as much as it can when three times as much is asked, in time, and refuses the rest', async () => {
  const deployment = await slowDeployment()
  const peak = await peakPerMs(deployment)
  const asked: Promise<Outcome>[] = []
  for (let ms = 1; ms <= SPAN_MS; ms++) {
    while (asked.length < 3 * peak * ms) asked.push(ask(deployment))
    await pass(1)
  }
  await pass(1_000)
  const outcomes = await Promise.all(asked)
  const accepted = outcomes.filter(({ error }) => error === undefined)
  const latencies = accepted.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b)
  expect(accepted.length / SPAN_MS).toBeGreaterThan(0.8 * peak)
  expect(latencies[Math.floor(latencies.length * 0.99)]).toBeLessThan(DEADLINE_MS)
  const refused = outcomes.filter(({ error }) => error !== undefined)
  expect(refused.length).toBeGreaterThan(accepted.length)
  const late: unknown[] = []
  for (const { error, latencyMs } of refused) {
    expect(error).toMatchObject({
      code: expect.stringMatching(/^(QUEUE_FULL|OVERLOADED|DEADLINE_EXCEEDED)$/),
      data: { retryAfterSeconds: expect.any(Number) },
    })
    if (latencyMs > 0) late.push(error)
  }
  // Nearly all of them at once: nobody waits to be told.
  expect(late.length).toBeLessThan(refused.length / 10)
  void deployment.close()
})
