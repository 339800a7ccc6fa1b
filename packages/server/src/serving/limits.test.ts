import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deepPackage } from '../../../../tests/fixtures/models/graph-packages.ts'
import { type ServedTrips, serveTrips } from '../../test/serving/served-trips.ts'

let served: ServedTrips
beforeAll(async () => {
  served = await serveTrips()
  await served.register('deep', await deepPackage(400), 'champion')
  await served.apply({ name: 'narrow', stable: 'deep@champion', limits: { ...LIMITS, maxQueueRows: 2 } })
  await served.apply({ name: 'wide', stable: 'deep@champion', limits: LIMITS })
})
afterAll(() => served.close())

const LIMITS = { lane: 'auto', maxQueueRows: 4096, deadlineMs: 30_000, maxBatchRows: 512 } as const
const PLAIN = JSON.stringify({ rows: [{ a: 1, b: 2 }] })
const TENSORS = JSON.stringify({
  inputs: ['a', 'b'].map((name) => ({ name, shape: [1], datatype: 'FP64', data: [1] })),
})

async function post(path: string, text: string, more: Record<string, string> = {}) {
  const isPacked = more['content-encoding'] === 'gzip'
  const response = await fetch(served.server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...more },
    body: isPacked ? new Uint8Array(gzipSync(text)) : text,
  })
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body: await response.json() }
}

/** Packed bodies take the way through the framework, plain ones the short one. */
const WAYS = [
  ['plain rows, the short way', '/api/v1/endpoints/narrow/predict', PLAIN, {}],
  ['plain rows, the long way', '/api/v1/endpoints/narrow/predict', PLAIN, { 'content-encoding': 'gzip' }],
  ['tensors, the short way', '/v2/models/narrow/infer', TENSORS, {}],
  ['tensors, the long way', '/v2/models/narrow/infer', TENSORS, { 'content-encoding': 'gzip' }],
] as const

describe.each(WAYS)('limits: %s', (_, path, text, headers) => {
  it('answer what the queue has room for, and tell the others when to come again', async () => {
    const replies = await Promise.all(Array.from({ length: 30 }, () => post(path, text, headers)))
    const answered = replies.filter(({ status }) => status === 200)
    const refused = replies.filter(({ status }) => status === 429)
    expect(answered.length).toBeGreaterThan(1)
    expect(refused.length).toBeGreaterThan(1)
    expect(answered.length + refused.length).toBe(30)
    for (const { retryAfter } of refused) expect(Number(retryAfter)).toBeGreaterThanOrEqual(1)
  })

  it('refuse a deadline that is none', async () => {
    expect(await post(path, text, { ...headers, 'x-deadline-ms': 'soon' })).toMatchObject({ status: 400 })
  })
})

it('refuses or drops what would come after its deadline, and answers the others', async () => {
  const path = '/api/v1/endpoints/wide/predict'
  const many = Promise.all(Array.from({ length: 100 }, () => post(path, PLAIN)))
  await new Promise((resolve) => setTimeout(resolve, 5))
  const late = await Promise.all(Array.from({ length: 10 }, () => post(path, PLAIN, { 'x-deadline-ms': '1' })))
  for (const { status, retryAfter, body } of late) {
    expect([status, body.error?.code]).toEqual(
      expect.toBeOneOf([
        [503, 'OVERLOADED'],
        [504, 'DEADLINE_EXCEEDED'],
      ]),
    )
    expect(Number(retryAfter)).toBeGreaterThanOrEqual(1)
  }
  expect((await many).every(({ status }) => status === 200)).toBe(true)
})

it('shows lane and figures, and answers health while a slow version computes', async () => {
  const { body } = await served.send('GET', '/api/v1/endpoints/wide')
  expect(body.deployments[0]).toMatchObject({ lane: 'worker', batching: 'on', isLoaded: true })
  const rows = Array.from({ length: 400 }, (_, i) => ({ a: i, b: 1 }))
  let isDone = false
  const slow = post('/api/v1/endpoints/wide/predict', JSON.stringify({ rows })).finally(() => {
    isDone = true
  })
  let answered = 0
  while (!isDone) {
    expect((await served.send('GET', '/health')).status).toBe(200)
    answered++
  }
  expect((await slow).status).toBe(200)
  expect(answered).toBeGreaterThan(5)
})
