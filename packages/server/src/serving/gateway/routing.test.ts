import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assignShare, endpointSpecSchema, type Row } from '@regia/core'
import { type InputBatch, openModel, readModelPackage } from '@regia/engine'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { packageTrips, tripRows } from '../../../test/serving/trips.ts'
import { PredictionLog } from '../prediction-log/index.ts'
import type { Answer } from './answer.ts'
import { EndpointGateway } from './endpoint-gateway.ts'
import type { RegisteredVersion } from './model-directory.ts'
import { plainReply } from './plain-reply.ts'
import type { WantedRelease } from './wanted-versions.ts'

const parsed = endpointSpecSchema.parse({
  name: 'trips',
  stable: 'trips@champion',
  canary: { model: 'trips@challenger', sticky: 'trip' },
})
const sticky = { ...parsed, stable: 'trips@champion' }
const drawn = { ...sticky, canary: { ...parsed.canary!, sticky: undefined } }
const guard = { consecutiveFailures: 3, invalidAnswers: 0 }

let dir = ''
let bytes: Uint8Array
let gateway: EndpointGateway
let log: PredictionLog
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'regia-routing-'))
  bytes = await packageTrips()
})
afterEach(async () => {
  await gateway.close()
  await log.close()
})
afterAll(() => rmSync(dir, { recursive: true }))

const version = (number: number, change: object = {}): RegisteredVersion => {
  const { manifest } = readModelPackage(bytes)
  return { model: 'trips', version: number, packageDigest: manifest.graph, package: { ...manifest, ...change } }
}

/** Version 9 does not load; every request of version 7 fails. */
function gatewayOn(folder: string, spec: typeof sticky, draw = Math.random): EndpointGateway {
  log = new PredictionLog({ dir: join(dir, folder), clock: Date.now })
  const open = async ({ version: number }: RegisteredVersion) => {
    if (number === 9) throw new Error('no such file')
    const session = await openModel(bytes)
    const fail = async () => {
      if (isBad) throw new Error('out of luck')
      return session
    }
    return number === 7
      ? { ...session, predictBatch: async (batch: InputBatch) => (await fail()).predictBatch(batch) }
      : session
  }
  const directory = { open } satisfies { open: (registered: RegisteredVersion) => ReturnType<typeof openModel> }
  gateway = new EndpointGateway({ spec, log: log.open('trips'), directory, clock: Date.now, draw })
  return gateway
}
let isBad = false

const release = (share: number, number = 2): WantedRelease => ({
  id: 'one',
  salt: 'salt',
  arms: [{ registered: version(number), role: 'canary', share }],
  guard,
})

const rowsOf = (count: number): readonly Row[] =>
  tripRows(count, 'routing').rows.map((row, i) => ({ ...row, trip: `trip ${i}` }))

const ask = (rows: readonly Row[], chosen?: number): Promise<Answer> =>
  new Promise((done, fail) =>
    gateway.predict({ rows, at: 0, receivedAt: performance.now(), version: chosen, done, fail }),
  )

describe('shares of the traffic', () => {
  it('split a request by its entities, and join the answers in the order of the rows', async () => {
    gatewayOn('sticky', sticky)
    await gateway.change({ stable: version(1), release: release(0.4) })
    const rows = rowsOf(200)
    const { served, versions, predictions, ids } = await ask(rows)
    expect(served.version).toBe(1)
    expect(versions).toEqual(rows.map(({ trip }) => (assignShare('salt', String(trip)) < 0.4 ? 2 : 1)))
    const alone = (await openModel(bytes)).predictRows(tripRows(200, 'routing').rows)
    expect([...predictions.scores]).toEqual([...(await alone).scores])
    expect([...(predictions.probabilities ?? [])]).toEqual([...((await alone).probabilities ?? [])])
    const logged = [...gateway.log.predictionsBefore(undefined)]
    for (const [i, id] of ids.entries()) {
      expect(logged.find((each) => each.id === id)?.record.version).toBe(versions?.[i])
    }
  })

  it('move an entity to the canary and never back while they grow', async () => {
    gatewayOn('growing', sticky)
    await gateway.change({ stable: version(1), release: release(0.1) })
    const rows = rowsOf(300)
    let before: readonly number[] = []
    for (const share of [0.1, 0.3, 0.6, 0.9]) {
      gateway.setShares(new Map([[2, share]]))
      const versions = (await ask(rows)).versions ?? []
      expect(before.every((number, i) => number === 1 || versions[i] === 2)).toBe(true)
      before = versions
    }
    gateway.setShares(new Map())
    expect((await ask(rows)).versions).toBeUndefined()
    expect((await ask(rows)).served.version).toBe(1)
  })

  it('are drawn for a whole request where nothing is sticky', async () => {
    let u = 0
    gatewayOn('drawn', drawn, () => u)
    await gateway.change({ stable: version(1), release: release(0.25) })
    const { rows } = tripRows(5, 'drawn')
    expect((await ask(rows)).served.version).toBe(2)
    u = 0.25
    expect((await ask(rows)).served.version).toBe(1)
    expect(gateway.deployments().map(({ role, share }) => [role, share])).toEqual([
      ['stable', 0.75],
      ['canary', 0.25],
    ])
  })

  it('stay with the stable version where the other does not load or answers in other terms', async () => {
    gatewayOn('broken', drawn, () => 0)
    await gateway.change({ stable: version(1), release: release(1, 9) })
    const { rows } = tripRows(3, 'broken')
    expect((await ask(rows)).served.version).toBe(1)
    expect(gateway.failureOf(9)).toBe('no such file')
    const { signature } = version(1).package
    const other = version(3, { signature: { ...signature, classes: [...(signature.classes ?? [])].reverse() } })
    const arms = [{ registered: other, role: 'canary', share: 1 }] as const
    await gateway.change({ stable: version(1), release: { ...release(1), id: 'two', arms } })
    expect(gateway.failureOf(3)).toContain('its classes are')
    expect((await ask(rows)).served.version).toBe(1)
  })

  it('cannot be overruled but by hand', async () => {
    gatewayOn('by-hand', drawn, () => 0)
    await gateway.change({ stable: version(1), release: release(0.5) })
    const { rows } = tripRows(1, 'hand')
    expect((await ask(rows, 1)).served.version).toBe(1)
    expect((await ask(rows, 2)).served.version).toBe(2)
    await expect(ask(rows, 3)).rejects.toMatchObject({ code: 'NOT_FOUND', hint: expect.stringContaining('1, 2') })
    expect(gateway.recorder?.take().size).toBe(0)
    const records = [...gateway.log.recordsFrom()]
    expect(records.map(({ record }) => 'outOfRelease' in record && record.outOfRelease)).toEqual([true, true])
  })
})

describe('a version that fails', () => {
  it('costs no caller an answer, is counted, and is cut off after so many in a row', async () => {
    isBad = false
    gatewayOn('failing', drawn, () => 0)
    await gateway.change({ stable: version(1), release: release(0.5, 7) })
    isBad = true
    const { rows } = tripRows(1, 'failing')
    for (let i = 0; i < 6; i++) expect((await ask(rows)).served.version).toBe(1)
    const figures = gateway.recorder?.take()
    expect(figures?.get(7)).toMatchObject({ requestCount: 3, errorCount: 3, longestErrorStreak: 3 })
    expect(gateway.arms[0]?.share).toBe(0)
    // What the stable version answered in its place is not its own: the other three are.
    expect(figures?.get(1)).toMatchObject({ requestCount: 3, errorCount: 0 })
  })

  it('is not blamed for what no version would answer', async () => {
    gatewayOn('blame', drawn, () => 0)
    await gateway.change({ stable: version(1), release: release(0.5) })
    await expect(ask([{ miles: 'far', place: 'JFK', wind: 1 }])).rejects.toMatchObject({ code: 'COLUMN_TYPE' })
    expect(gateway.recorder?.take().size).toBe(0)
  })
})

describe('an answer of several versions', () => {
  it('names the version of a row where it is not the one of the reply', async () => {
    gatewayOn('reply', sticky)
    await gateway.change({ stable: version(1), release: release(0.5) })
    const answer = await ask(rowsOf(20))
    const reply = JSON.parse(plainReply('trips', answer))
    expect(reply.version).toBe(1)
    expect(reply.predictions.map((each: { version?: number }) => each.version ?? 1)).toEqual(answer.versions)
  })
})
