import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deepPackage, logPackage, mixingPackage } from '../../../../../tests/fixtures/models/graph-packages.ts'
import type { ModelSession } from '../model-session.ts'
import { openModel } from '../open-model.ts'
import { ModelThreads } from './model-threads.ts'

const POISON = 666
const workerUrl = new URL('../../../test/poisoned-thread.ts', import.meta.url)

let threads: ModelThreads
let model: ModelSession
beforeAll(async () => {
  threads = new ModelThreads({ size: 2, workerUrl })
  model = await openModel(await logPackage(), { threads, loadIn: 'threads' })
})
afterAll(async () => {
  await model.close()
  await threads.close()
})

/** y = log(a) + b, on a thread. */
async function ask(a: readonly number[], session = model): Promise<readonly number[]> {
  const batch = session.createBatch()
  batch.append(a.map((value) => ({ a: value, b: 1 })))
  return [...(await session.predictInThread(batch)).predictions.scores]
}

describe('ModelThreads', () => {
  it('gives the answers that the main thread gives', async () => {
    const rows = [0.5, 1, 2, 3].map((a) => ({ a, b: 1 }))
    expect(await ask([0.5, 1, 2, 3])).toEqual([...(await model.predictRows(rows)).scores])
  })

  it('runs as many batches at once as it has threads, and starts no more', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => ask([i + 1])))
    expect(answers.map(([y]) => y)).toEqual(
      Array.from({ length: 20 }, (_, i) => expect.closeTo(Math.log(i + 1) + 1, 5)),
    )
    expect(threads.threadCount).toBeLessThanOrEqual(2)
  })

  it('fails only the batch over which threads die, and goes on with new ones', async () => {
    const asked = [ask([1]), ask([2]), ask([POISON]), ask([3]), ask([4]), ask([5])]
    const settled = await Promise.allSettled(asked)
    expect(settled.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
    ])
    await expect(asked[2]).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(await ask([1])).toEqual([1])
  })

  it('says which graph it cannot load, and serves the others', async () => {
    const bytes = await logPackage()
    const opened = (await import('../model-package.ts')).readModelPackage(bytes)
    const graph = opened.graph.subarray(0, 40)
    await expect(
      openModel(
        { ...opened, graph, manifest: { ...opened.manifest, graph: 'sha256:0' as never } },
        { threads, loadIn: 'threads' },
      ),
    ).rejects.toMatchObject({
      code: 'MODEL_INVALID',
    })
    expect(await ask([1])).toEqual([1])
  })

  it('ends threads that hold no graph any more', async () => {
    const short = new ModelThreads({ size: 1, idleMs: 20 })
    const session = await openModel(await logPackage(), { threads: short, loadIn: 'threads' })
    expect(short.threadCount).toBe(1)
    await session.unload('threads')
    await expect.poll(() => short.threadCount, { timeout: 45_000 }).toBe(0)
    expect(await ask([1], session)).toEqual([1])
    await session.close()
  })

  it('keeps the event loop free while a slow graph runs', async () => {
    const slow = await openModel(await deepPackage(300), { threads, loadIn: 'threads' })
    let longestMs = 0
    let last = performance.now()
    const ticking = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - last)
      last = performance.now()
    }, 2)
    const startedAt = performance.now()
    await ask(
      Array.from({ length: 500 }, (_, i) => i),
      slow,
    )
    const tookMs = performance.now() - startedAt
    clearInterval(ticking)
    await slow.close()
    expect(longestMs).toBeLessThan(tookMs / 2)
  })
})

describe('selfTest', () => {
  it('passes a graph that is right only row by row, and says that rows must not be asked together', async () => {
    const mixing = await openModel(await mixingPackage(), { threads })
    expect(await mixing.selfTest('threads')).toMatchObject({ unsafeBatching: expect.stringMatching(/3 rows together/) })
    expect(await model.selfTest('here')).toEqual({ maxError: 0, rowCount: 3 })
    await mixing.close()
  })

  it('ends a thread after the batch that it is at', async () => {
    const script = fileURLToPath(new URL('../../../test/end-while-running.ts', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', script])
    expect(stdout).toBe('20000\n'.repeat(5))
  })
})
