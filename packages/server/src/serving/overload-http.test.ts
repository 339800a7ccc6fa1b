import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { deepPackage } from '../../../../tests/fixtures/models/graph-packages.ts'
import { type ServedTrips, serveTrips } from '../../test/serving/served-trips.ts'

/*
 * Over real connections, beside whatever else the machine does: what is asserted are shares of what this very server could do just before
 * and just after, never a speed.
 */

const DEADLINE_MS = 1_000
const ALONE_MS = 1_500
const OVERLOAD_MS = 3_000
/** As many as keep the model busy, and few enough that none is refused. */
const CLIENTS = 6
const TIMES = 3

let served: ServedTrips
const agent = new Agent({ keepAlive: true })
beforeAll(async () => {
  served = await serveTrips()
  // Some milliseconds a row, however many rows: the model is the bottleneck, not the connections.
  await served.register('deep', await deepPackage(400), 'champion')
  const limits = { lane: 'worker', maxQueueRows: 4096, deadlineMs: DEADLINE_MS, maxBatchRows: 2 } as const
  await served.apply({ name: 'deep', stable: 'deep@champion', limits })
}, 90_000)
afterAll(async () => {
  agent.destroy()
  await served.close()
})

type Reply = { readonly status: number; readonly latencyMs: number; readonly retryAfter: string | undefined }

const BODY = JSON.stringify({ rows: [{ a: 1, b: 2 }] })
const HEADERS = { 'content-type': 'application/json', 'content-length': BODY.length }

function ask(): Promise<Reply> {
  const sentAt = performance.now()
  return new Promise((resolve, reject) => {
    const url = `${served.server.url}/api/v1/endpoints/deep/predict`
    const asked = request(url, { agent, method: 'POST', headers: HEADERS }, (reply) => {
      reply.resume().once('end', () => {
        const { statusCode = 0, headers } = reply
        resolve({ status: statusCode, latencyMs: performance.now() - sentAt, retryAfter: headers['retry-after'] })
      })
    })
    asked.once('error', reject)
    asked.end(BODY)
  })
}

/** Answers a millisecond where the next request leaves when one was answered. */
async function capacityPerMs(): Promise<number> {
  const startedAt = performance.now()
  let answered = 0
  const client = async (): Promise<void> => {
    while (performance.now() < startedAt + ALONE_MS) {
      expect((await ask()).status).toBe(200)
      answered++
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  return answered / (performance.now() - startedAt)
}

/** Requests leave on time, whatever becomes of those before. */
async function overload(perMs: number): Promise<readonly Reply[]> {
  const asked: Promise<Reply>[] = []
  const startedAt = performance.now()
  for (let ms = 0; ms < OVERLOAD_MS; ms = performance.now() - startedAt) {
    while (asked.length < perMs * ms) asked.push(ask())
    await sleep(2)
  }
  return Promise.all(asked)
}

const quantile = (replies: readonly Reply[], share: number): number =>
  replies.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b)[Math.floor(share * replies.length)] ?? Number.NaN

it('asked three times what it can, answers what it lets in in time, and refuses the rest at once', async () => {
  const before = await capacityPerMs()
  const replies = await overload(TIMES * before)
  const after = await capacityPerMs()
  const answered = replies.filter(({ status }) => status === 200)
  const refused = replies.filter(({ status }) => status === 429 || status === 503)
  const given = replies.filter(({ status }) => status === 504)

  expect(answered.length + refused.length + given.length).toBe(replies.length)
  expect(answered.length).toBeGreaterThan(0.5 * Math.min(before, after) * OVERLOAD_MS)
  expect(quantile(answered, 0.9)).toBeLessThan(DEADLINE_MS)
  // Work that is begun and given up is lost: what cannot be answered in time is not let in.
  expect(given.length).toBeLessThan(0.2 * answered.length)
  expect(refused.length).toBeGreaterThan(0.3 * replies.length)
  for (const { retryAfter } of [...refused, ...given]) expect(Number(retryAfter)).toBeGreaterThanOrEqual(1)
  expect(quantile(refused, 0.5)).toBeLessThan(0.25 * quantile(answered, 0.5))
  expect(quantile(refused, 0.95)).toBeLessThan(0.5 * DEADLINE_MS)
}, 90_000)
