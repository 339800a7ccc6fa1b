import { RegiaError, type Row, type ServingLimits, servingLimitsSchema } from '@regia/core'
import { type ModelSession, openModel } from '@regia/engine'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deepPackage, logPackage, mixingPackage } from '../../../../../../tests/fixtures/models/graph-packages.ts'
import type { Answer, PredictCall } from '../answer.ts'
import { Deployment } from '../deployment.ts'

let slow: Uint8Array
let fast: Uint8Array
beforeAll(async () => {
  slow = await deepPackage(150)
  fast = await logPackage()
})

const opened: Deployment[] = []
afterAll(async () => {
  for (const deployment of opened) await deployment.close()
})

/** A loaded deployment that answers each call right after its batch. */
async function deployed(bytes: Uint8Array, limits: Partial<ServingLimits> = {}, change = (it: ModelSession) => it) {
  const session = change(await openModel(bytes, { loadIn: 'threads' }))
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
  opened.push(deployment)
  await deployment.prepare()
  return deployment
}

function ask(deployment: Deployment, rows: readonly Row[], more: Partial<PredictCall> = {}): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const done = ({ predictions, from, count }: Answer): void =>
      resolve([...predictions.scores.subarray(from, from + count)])
    const call: PredictCall = { rows, at: 0, receivedAt: performance.now(), done, fail: reject, ...more }
    try {
      deployment.predict(call)
    } catch (error) {
      reject(error)
    }
  })
}

const row = (a: number, b = 0): Row => ({ a, b })

/** The longest time for which the event loop did nothing else while the work went on. */
async function longestBlockMs(work: () => Promise<unknown>): Promise<number> {
  let longest = 0
  let last = performance.now()
  const tick = setInterval(() => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }, 1)
  await work()
  clearInterval(tick)
  return longest
}

describe('the lane of a version', () => {
  it('is the main thread for a fast one and a thread of the pool for a slow one', async () => {
    expect((await deployed(fast)).execution).toMatchObject({ lane: 'inline', batching: 'on', isLoaded: true })
    const { lane, warmUp } = (await deployed(slow)).execution
    expect(lane).toBe('worker')
    expect(warmUp?.one.p50Ms).toBeGreaterThan(0.2)
    expect(warmUp?.many.p50Ms).toBeGreaterThan(warmUp?.one.p50Ms ?? Number.NaN)
    expect(warmUp?.many.p99Ms).toBeGreaterThanOrEqual(warmUp?.many.p50Ms ?? Number.NaN)
  })

  it('can be named', async () => {
    expect((await deployed(fast, { lane: 'worker' })).lane).toBe('worker')
    expect((await deployed(slow, { lane: 'inline' })).lane).toBe('inline')
  })

  it('never lets a slow version hold up the others', async () => {
    const deployment = await deployed(slow)
    const rows = Array.from({ length: 64 }, (_, i) => row(i))
    let tookMs = 0
    const blockMs = await longestBlockMs(async () => {
      const startedAt = performance.now()
      await Promise.all(Array.from({ length: 6 }, () => ask(deployment, rows)))
      tookMs = performance.now() - startedAt
    })
    expect(blockMs).toBeLessThan(tookMs / 3)
  })

  it('gives the next batch all that came while a thread was busy', async () => {
    const sizes: number[] = []
    const deployment = await deployed(slow, {}, (session) => ({
      ...session,
      predictInThread: (batch) => {
        sizes.push(batch.rowCount)
        return session.predictInThread(batch)
      },
    }))
    sizes.length = 0
    const first = ask(deployment, [row(0)])
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    const others = Array.from({ length: 30 }, (_, i) => ask(deployment, [row(i)]))
    await Promise.all([first, ...others])
    expect(sizes).toEqual([1, 30])
  })
})

describe('batching', () => {
  it('is off where rows get other answers together, and says why', async () => {
    const deployment = await deployed(await mixingPackage())
    expect(deployment.execution.batching).toMatch(/^off: 3 rows together are answered otherwise than one by one/)
    const answers = await Promise.all([
      ask(deployment, [row(1), row(5)]),
      ask(deployment, [row(2)]),
      ask(deployment, [row(9)]),
    ])
    expect(answers).toEqual([[2, 10], [4], [18]])
  })

  it('fails nobody but the request whose row the model cannot answer', async () => {
    for (const lane of ['inline', 'worker'] as const) {
      const deployment = await deployed(fast, { lane })
      const settled = await Promise.allSettled([1, -1, 3].map((a) => ask(deployment, [row(a)])))
      expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(deployment.execution.queuedRowCount).toBe(0)
    }
  })
})

describe('limits', () => {
  it('refuse what finds the queue full, and say when to come again', async () => {
    const deployment = await deployed(slow, { maxQueueRows: 20 })
    const settled = await Promise.allSettled(Array.from({ length: 50 }, (_, i) => ask(deployment, [row(i)])))
    const refused = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(refused).toHaveLength(30)
    for (const error of refused)
      expect(error).toMatchObject({ code: 'QUEUE_FULL', data: { retryAfterSeconds: expect.any(Number) } })
    expect(await ask(deployment, [row(1)])).toHaveLength(1)
  })

  it('let one request in that is larger than the queue', async () => {
    const deployment = await deployed(fast, { maxQueueRows: 2 })
    expect(await ask(deployment, [row(1), row(1), row(1)])).toEqual([0, 0, 0])
  })

  it('refuse what could not be answered before its deadline', async () => {
    const deployment = await deployed(slow)
    const waiting = Array.from({ length: 400 }, (_, i) => ask(deployment, [row(i)]))
    const late = ask(deployment, [row(1)], { deadlineAt: performance.now() + 5 })
    await expect(late).rejects.toMatchObject({ code: 'OVERLOADED', data: { retryAfterSeconds: expect.any(Number) } })
    await Promise.all(waiting)
  })

  it('drop what is past its deadline and what nobody waits for, and nothing else', async () => {
    const { change, stall, release } = stallable()
    const deployment = await deployed(slow, {}, change)
    stall()
    const first = ask(deployment, [row(1)])
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    const late = ask(deployment, [row(2)], { deadlineAt: performance.now() + 1_500 })
    const gone = ask(deployment, [row(3)], { isGone: () => true })
    const last = ask(deployment, [row(4)])
    const dropped = await Promise.allSettled([late, gone])
    expect(dropped).toMatchObject([{ reason: { code: 'DEADLINE_EXCEEDED' } }, { reason: { code: 'CLIENT_GONE' } }])
    release()
    expect(await first).toHaveLength(1)
    const alone = await ask(deployment, [row(4)])
    expect((await last)[0]).toBeCloseTo(alone[0]!, 5)
    await expect(ask(deployment, [row(1)], { deadlineAt: performance.now() - 1 })).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    })
  })
})

/** A session whose batches on a thread wait, once it is stalled, until it is released. */
function stallable() {
  let gate: Promise<void> | undefined
  let release = (): void => {}
  return {
    stall: () => {
      gate = new Promise((resolve) => {
        release = resolve
      })
    },
    release: () => release(),
    change: (session: ModelSession): ModelSession => ({
      ...session,
      predictInThread: async (batch) => {
        const answer = await session.predictInThread(batch)
        await gate
        return answer
      },
    }),
  }
}

describe('a cache', () => {
  it('answers equal rows again until the limits change', async () => {
    const deployment = await deployed(fast, { cache: { entries: 10, ttl: '1m' } })
    const first = await ask(deployment, [row(2), row(3)])
    expect(await Promise.all([ask(deployment, [row(3), row(2)]), ask(deployment, [row(2)])])).toEqual([
      [first[1], first[0]],
      [first[0]],
    ])
    expect(deployment.execution.cache).toEqual({ hitCount: 3, missCount: 2, entryCount: 2 })
    await expect(ask(deployment, [{ a: 2 }])).rejects.toMatchObject({ code: 'COLUMN_MISSING' })
    deployment.limit(servingLimitsSchema.parse({ lane: 'worker' }))
    await expect.poll(() => deployment.lane, { timeout: 45_000 }).toBe('worker')
    expect(deployment.execution.cache).toBeUndefined()
    expect(await ask(deployment, [row(2)])).toEqual([first[0]])
  })
})

it('fails as unavailable what was the first to ask for a version that cannot be loaded', async () => {
  const session = await openModel(fast)
  const failing = { ...session, selfTest: () => Promise.reject(new RegiaError('MODEL_SELF_TEST_FAILED', 'off by 1')) }
  const registered = { model: 'm', version: 1, packageDigest: session.manifest.graph, package: session.manifest }
  const deployment = new Deployment(registered, failing, { onAnswered: () => {} })
  await expect(ask(deployment, [row(1)])).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('off by 1'),
  })
  await deployment.close()
})
