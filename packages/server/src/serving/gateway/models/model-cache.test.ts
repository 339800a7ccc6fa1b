import { type Digest, RegiaError } from '@regia/core'
import { type ModelSession, openModel, readModelPackage } from '@regia/engine'
import { beforeAll, describe, expect, it } from 'vitest'
import { logPackage } from '../../../../../../tests/fixtures/models/graph-packages.ts'
import { Deployment } from '../deployment.ts'
import type { RegisteredVersion } from '../model-directory.ts'
import { ModelCache } from './model-cache.ts'

let bytes: Uint8Array
let manifest: RegisteredVersion['package']
beforeAll(async () => {
  bytes = await logPackage()
  manifest = readModelPackage(bytes).manifest
})

const version = (number: number): RegisteredVersion => ({
  model: 'm',
  version: number,
  packageDigest: `sha256:${String(number).padStart(64, '0')}` as Digest,
  package: manifest,
})

/** Room for three models of this size. */
const MAX_BYTES = 3 * 710_000

function cacheOf(maxLoadedBytes = MAX_BYTES) {
  const loads: string[] = []
  const cache = new ModelCache({
    maxLoadedBytes,
    load: ({ version: number }, loadIn) => {
      loads.push(`${number} ${loadIn}`)
      return openModel(bytes, { loadIn })
    },
  })
  return { cache, loads }
}

const ask = async (session: ModelSession, a = 1): Promise<number> =>
  (await session.predictRows([{ a, b: 1 }])).scores[0]!

describe('ModelCache', () => {
  it('loads nothing before it is asked, and once for all who ask meanwhile', async () => {
    const { cache, loads } = cacheOf()
    const session = cache.open(version(1))
    expect([loads, session.isLoaded]).toEqual([[], false])
    expect(await Promise.all([ask(session), ask(session), ask(session)])).toEqual([1, 1, 1])
    expect([loads, session.isLoaded]).toEqual([['1 here'], true])
    await session.close()
    await expect(ask(session)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(cache.loadedCount).toBe(0)
  })

  it('shares a package among those who open it, until the last has closed it', async () => {
    const { cache, loads } = cacheOf()
    const [one, other] = [cache.open(version(1)), cache.open(version(1))]
    await ask(one)
    await one.close()
    expect(await ask(other)).toBe(1)
    expect(loads).toHaveLength(1)
    await other.close()
    expect(cache.loadedCount).toBe(0)
  })

  it('frees what is closed while it is being loaded, once it has answered', async () => {
    let closed = 0
    const load = async (): Promise<ModelSession> => {
      const session = await openModel(bytes)
      const close = async (): Promise<void> => {
        closed++
        await session.close()
      }
      return { ...session, close }
    }
    const session = new ModelCache({ load }).open(version(1))
    const asked = ask(session)
    await session.close()
    expect(await asked).toBe(1)
    expect(closed).toBe(1)
  })

  it('frees what was not asked for longest, and loads it again', async () => {
    const { cache, loads } = cacheOf()
    const sessions = [1, 2, 3].map((number) => cache.open(version(number)))
    for (const session of sessions) await ask(session)
    await ask(sessions[0]!)
    const fourth = cache.open(version(4))
    await ask(fourth)
    expect(sessions.map(({ isLoaded }) => isLoaded)).toEqual([true, false, true])
    expect(cache.loadedBytes).toBeLessThanOrEqual(MAX_BYTES)
    expect(await ask(sessions[1]!)).toBe(1)
    expect(loads.filter((load) => load.startsWith('2'))).toHaveLength(2)
    for (const session of [...sessions, fourth]) await session.close()
  })

  it('frees nothing that is being asked', async () => {
    const { cache } = cacheOf(1)
    const [busy, next] = [cache.open(version(1)), cache.open(version(2))]
    const batch = busy.createBatch()
    batch.append([{ a: 2, b: 0 }])
    await ask(busy)
    const answer = busy.predictInThread(batch)
    await ask(next)
    expect(busy.isLoaded).toBe(true)
    expect((await answer).predictions.scores[0]).toBeCloseTo(Math.log(2), 5)
    await ask(next)
    await busy.close()
    await next.close()
  })

  it('tries again what could not be loaded', async () => {
    let isBroken = true
    const load = async (): Promise<ModelSession> => {
      if (isBroken) throw new RegiaError('BLOB_MISSING', 'gone')
      return openModel(bytes)
    }
    const session = new ModelCache({ load }).open(version(1))
    await expect(ask(session)).rejects.toMatchObject({ code: 'BLOB_MISSING' })
    isBroken = false
    expect(await ask(session)).toBe(1)
    await session.close()
  })

  it('keeps an endpoint answering over being freed, in its lane', async () => {
    const { cache, loads } = cacheOf(1)
    const deployments = [1, 2].map((number) => {
      const registered = version(number)
      return new Deployment(registered, cache.open(registered), {
        onAnswered: (served, { calls, predictions }) => {
          for (const [from, call] of calls.entries()) call.done({ served, predictions, from, count: 1, ids: [] })
        },
      })
    })
    const score = (deployment: Deployment, a: number): Promise<number> =>
      new Promise((resolve, fail) =>
        deployment.predict({
          rows: [{ a, b: 0 }],
          at: 0,
          receivedAt: performance.now(),
          done: ({ predictions, from }) => resolve(predictions.scores[from]!),
          fail,
        }),
      )
    for (const a of [1, 2, 3]) {
      for (const deployment of deployments) expect(await score(deployment, a)).toBeCloseTo(Math.log(a), 5)
    }
    expect(deployments.map(({ lane }) => lane)).toEqual(['inline', 'inline'])
    // Tested and measured in a thread the first time; after that it is only read and loaded.
    expect(loads).toEqual(['1 threads', '2 threads', '1 here', '2 here', '1 here', '2 here'])
    for (const deployment of deployments) await deployment.close()
  })
})
