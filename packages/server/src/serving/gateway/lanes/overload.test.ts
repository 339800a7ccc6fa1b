import { setTimeout as sleep } from 'node:timers/promises'
import { servingLimitsSchema } from '@regia/core'
import { type ModelSession, openModel } from '@regia/engine'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { logPackage } from '../../../../../../tests/fixtures/models/graph-packages.ts'
import { Deployment } from '../deployment.ts'

/** A thread that takes so long for a batch, whatever else the machine does. */
const BATCH_MS = 8
const ROW_MS = 0.25
const DEADLINE_MS = 250
const SECONDS = 2

let session: ModelSession
beforeAll(async () => {
  session = await openModel(await logPackage())
})
afterAll(() => session.close())

async function slowDeployment(): Promise<Deployment> {
  const predictInThread: ModelSession['predictInThread'] = async (batch) => {
    const runMs = BATCH_MS + ROW_MS * batch.rowCount
    await sleep(runMs)
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
  await deployment.prepare()
  return deployment
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

/** Answers a second with as many clients as keep it busy. */
async function peakPerSecond(deployment: Deployment): Promise<number> {
  const until = performance.now() + SECONDS * 1000
  let answered = 0
  const client = async (): Promise<void> => {
    while (performance.now() < until) if ((await ask(deployment)).error === undefined) answered++
  }
  await Promise.all(Array.from({ length: 128 }, client))
  return answered / SECONDS
}

it('goes on answering nearly as much as it can when three times as much is asked, in time, and refuses the rest at once', async () => {
  const deployment = await slowDeployment()
  const peak = await peakPerSecond(deployment)
  const asked: Promise<Outcome>[] = []
  const startedAt = performance.now()
  for (let elapsedMs = 0; elapsedMs < SECONDS * 1000; elapsedMs = performance.now() - startedAt) {
    while (asked.length < (3 * peak * elapsedMs) / 1000) asked.push(ask(deployment))
    await sleep(2)
  }
  const outcomes = await Promise.all(asked)
  const seconds = (performance.now() - startedAt) / 1000
  const accepted = outcomes.filter(({ error }) => error === undefined)
  const latencies = accepted.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b)
  expect(accepted.length / seconds).toBeGreaterThan(0.8 * peak)
  expect(latencies[Math.floor(latencies.length * 0.99)]).toBeLessThan(DEADLINE_MS)
  const refused = outcomes.filter(({ error }) => error !== undefined)
  expect(refused.length).toBeGreaterThan(accepted.length / 4)
  for (const { error } of refused) {
    expect(error).toMatchObject({
      code: expect.stringMatching(/^(QUEUE_FULL|OVERLOADED|DEADLINE_EXCEEDED)$/),
      data: { retryAfterSeconds: expect.any(Number) },
    })
  }
  await deployment.close()
})
