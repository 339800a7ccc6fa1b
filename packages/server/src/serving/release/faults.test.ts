import { readdirSync, rmSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Release, type Row, releaseSchema } from '@regia/core'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startChildServer } from '../../../test/serving/child-server.ts'
import { eventually, startLoad } from '../../../test/serving/load.ts'
import { beginStory, type ReleaseStory } from '../../../test/serving/release-story.ts'
import { serveTrips } from '../../../test/serving/served-trips.ts'
import { packageTrips, tripRows } from '../../../test/serving/trips.ts'

let stable: Uint8Array
let canary: Uint8Array
const stories: ReleaseStory[] = []

beforeAll(async () => {
  stable = await packageTrips({ trees: 30, seed: 1 })
  canary = await packageTrips({ trees: 40, seed: 2 })
})
afterEach(async () => {
  for (const story of stories.splice(0)) await story.close()
})

const POLICY = { model: 'trips@challenger', steps: [20, 50, 80], every: '1h', sticky: 'trip' }

async function begin(): Promise<ReleaseStory> {
  const story = await beginStory()
  stories.push(story)
  await story.served.register('trips', stable, 'champion')
  await story.served.register('trips', canary)
  await story.serve({ canary: POLICY as never })
  return story
}

/** Rows of so many entities, one each. */
const entities = (count: number): readonly Row[] =>
  tripRows(count, 'entities').rows.map((row, i) => ({ ...row, trip: `trip-${i}` }))

type Predicted = {
  readonly version: number
  readonly predictions: readonly { readonly id: string; readonly version?: number }[]
}

async function versionsAt(url: string, rows: readonly Row[]): Promise<readonly number[]> {
  const reply = await fetch(`${url}/api/v1/endpoints/trips/predict`, {
    method: 'POST',
    body: JSON.stringify({ rows }),
    headers: { 'content-type': 'application/json' },
  })
  const { version, predictions } = (await reply.json()) as Predicted
  return predictions.map((each) => each.version ?? version)
}

const releaseAt = async (url: string): Promise<Release> =>
  releaseSchema.parse(await (await fetch(`${url}/api/v1/endpoints/trips/release`)).json())

describe('an entity', () => {
  it('keeps its version, and only ever moves to the canary as that grows', async () => {
    const story = await begin()
    const { url } = story.served.server
    const rows = entities(400)
    const first = await versionsAt(url, rows)
    expect(await versionsAt(url, rows)).toEqual(first)
    expect(first.filter((version) => version === 2).length).toBeGreaterThan(40)
    await story.served.send('POST', '/api/v1/endpoints/trips/advance', {})
    const second = await versionsAt(url, rows)
    expect(second.filter((version) => version === 2).length).toBeGreaterThan(150)
    expect(first.every((version, i) => version === 1 || second[i] === 2)).toBe(true)
    await story.served.server.close()
    const again = await serveTrips({ home: story.served.home, projectDir: story.served.projectDir })
    expect(await versionsAt(again.server.url, rows)).toEqual(second)
    await again.server.close()
  })

  it('is named in tensors and in CSV too, and its version stands beside each row', async () => {
    const story = await begin()
    const { url } = story.served.server
    const rows = entities(40)
    const plain = await versionsAt(url, rows)
    const tensor = (name: string, datatype: string) => ({
      name,
      datatype,
      shape: [40],
      data: rows.map((row) => row[name]),
    })
    const inputs = [tensor('miles', 'FP64'), tensor('place', 'BYTES'), tensor('wind', 'FP64'), tensor('trip', 'BYTES')]
    const { body } = await story.served.send('POST', '/v2/models/trips/infer', { inputs })
    expect(body.model_version).toBe('1')
    const versions = body.outputs.find(({ name }: { name: string }) => name === 'version')
    expect(versions.data.map(Number)).toEqual(plain)
    const some = await story.served.send('POST', '/v2/models/trips/infer', { inputs, outputs: [{ name: 'label' }] })
    expect(some.body.outputs.map(({ name }: { name: string }) => name)).toEqual(['label'])
    const lines = rows.map(({ miles, place, wind, trip }) => [miles, place, wind, trip].join(','))
    const reply = await fetch(`${url}/api/v1/endpoints/trips/predict`, {
      method: 'POST',
      body: ['miles,place,wind,trip', ...lines].join('\n'),
      headers: { 'content-type': 'text/csv' },
    })
    const { version, predictions } = (await reply.json()) as Predicted
    expect(predictions.map((each) => each.version ?? version)).toEqual(plain)
  })

  it('is asked for by its column whether or not a release runs', async () => {
    const story = await begin()
    await story.served.send('POST', '/api/v1/endpoints/trips/stop', {})
    expect(await versionsAt(story.served.server.url, entities(20))).toEqual(Array(20).fill(1))
  })
})

describe('taking a canary back by hand', () => {
  it('takes less than a second under load, and no request fails', async () => {
    const story = await begin()
    await story.served.send('POST', '/api/v1/endpoints/trips/advance', {})
    const load = startLoad(story.served, 'trips', entities(300))
    await sleep(300)
    const begun = performance.now()
    const { status, body } = await story.served.send('POST', '/api/v1/endpoints/trips/rollback', {
      reason: 'It smells.',
    })
    expect(performance.now() - begun).toBeLessThan(1000)
    expect([status, body.release]).toEqual([200, undefined])
    const after = await versionsAt(story.served.server.url, entities(300))
    expect(new Set(after)).toEqual(new Set([1]))
    const { answered, failures, versions } = await load.stop()
    expect(failures).toEqual([])
    expect(answered).toBeGreaterThan(50)
    expect(versions).toEqual(new Set([1, 2]))
    expect((await story.decisions())[0]).toMatchObject({
      kind: 'rolled-back',
      by: 'person',
      reason: 'It smells.',
      fromVersion: 2,
    })
    const again = await story.served.send('POST', '/api/v1/endpoints/trips/advance', {})
    expect([again.status, again.body.error.code]).toEqual([409, 'CONFLICT'])
  })
})

describe('a canary', () => {
  it('goes on where it was after kill -9', { timeout: 120_000 }, async () => {
    const story = await begin()
    await story.served.server.close()
    const { home, projectDir } = story.served
    const child = await startChildServer(home, projectDir)
    await fetch(`${child.url}/api/v1/endpoints/trips/advance`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    })
    const rows = entities(200)
    let asked = 0
    for (; asked < 60; asked++) await versionsAt(child.url, rows.slice(asked * 3, asked * 3 + 3))
    const whole = await versionsAt(child.url, rows)
    const counted = await eventually(async () => {
      const release = await releaseAt(child.url)
      return countOf(release) > asked ? release : undefined
    })
    await child.kill()
    const again = await serveTrips({ home, projectDir })
    const release = await releaseAt(again.server.url)
    expect(release).toMatchObject({ id: counted.id, state: 'running', startedAt: counted.startedAt })
    expect(release.step).toMatchObject({ place: 2, percent: 50, since: counted.step?.since })
    expect(countOf(release)).toBeGreaterThanOrEqual(countOf(counted))
    expect(await versionsAt(again.server.url, rows)).toEqual(whole)
    await again.server.close()
  })

  it('goes on while the registry is away, and is still cut off when it fails', async () => {
    const story = await begin()
    const { models, serving } = story.served.server.services
    const rows = entities(200)
    const before = await versionsAt(story.served.server.url, rows)
    const away = async (): Promise<never> => {
      throw new Error('The database is locked.')
    }
    const { findVersion } = models
    Object.assign(models, { findVersion: away })
    await expect(serving.endpoints.refresh('trips')).rejects.toThrow('The database is locked.')
    expect(await versionsAt(story.served.server.url, rows)).toEqual(before)
    const gateway = serving.endpoints.get('trips')
    const fail = async (): Promise<never> => {
      throw new Error('It does not work.')
    }
    Object.assign(gateway.arms[0]!.deployment!.session, { predictBatch: fail, predictInThread: fail })
    for (let i = 0; i < 200 && gateway.arms[0]?.share !== 0; i++) {
      expect(await versionsAt(story.served.server.url, rows.slice(i, i + 1))).toEqual([1])
    }
    expect(gateway.arms[0]?.share ?? 0).toBe(0)
    Object.assign(models, { findVersion: findVersion.bind(models) })
  })

  it('that does not load leaves everything to the stable version, and says so', async () => {
    const story = await beginStory()
    stories.push(story)
    await story.served.register('trips', stable, 'champion')
    await story.served.register('trips', await packageTrips({ trees: 5, seed: 9 }))
    const { packageDigest } = (await story.served.send('GET', '/api/v1/models/trips/versions/2')).body
    removeBlob(join(story.served.home, 'blobs'), packageDigest)
    await story.serve({ canary: POLICY as never })
    const release = await story.release()
    expect(release).toMatchObject({ state: 'running' })
    expect(release.arms[1]?.failure).toEqual(expect.any(String))
    expect(new Set(await versionsAt(story.served.server.url, entities(50)))).toEqual(new Set([1]))
  })
})

function removeBlob(folder: string, digest: string): void {
  const hex = digest.replace('sha256:', '')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const found = files.filter((file) => file.replaceAll(sep, '').endsWith(hex) && statSync(join(folder, file)).isFile())
  expect(found.length).toBe(1)
  for (const file of found) rmSync(join(folder, file))
}

const countOf = ({ arms }: Release): number => arms.reduce((sum, { requestCount }) => sum + requestCount, 0)
