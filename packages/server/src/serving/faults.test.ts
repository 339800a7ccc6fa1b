import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRng } from '@regia/core'
import { packModel, readModelPackage } from '@regia/engine'
import SqliteDatabase from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually, startLoad } from '../../test/serving/load.ts'
import { type ServedTrips, serveTrips } from '../../test/serving/served-trips.ts'
import { packageTrips, tripRows } from '../../test/serving/trips.ts'

let served: ServedTrips
let sound: Uint8Array
const { rows } = tripRows(50, 'faults')
const PATH = '/api/v1/endpoints/trips/predict'

beforeAll(async () => {
  sound = await packageTrips({ trees: 30, seed: 1 })
  served = await serveTrips()
  await served.register('trips', sound, 'champion')
  await served.apply({ name: 'trips' })
})
afterAll(() => served.close())

/** The same model, whose example it does not answer as it says. */
function lying(bytes: Uint8Array): Uint8Array {
  const { manifest, graph, referenceProfile } = readModelPackage(bytes)
  const probabilities = manifest.example.probabilities?.map(() => [0.5, 0.5]) ?? []
  const example = { ...manifest.example, probabilities }
  return packModel({ manifest: { ...manifest, example }, graph, ...(referenceProfile && { referenceProfile }) })
}

/** Asks from several sides while something happens; every request must be answered. */
async function meanwhile(happens: () => Promise<void>): Promise<number> {
  const load = startLoad(served, 'trips', rows, 4)
  const happened = happens().finally(() => sleep(50))
  await happened.catch(() => undefined)
  const { answered, failures } = await load.stop()
  await happened
  expect(failures).toEqual([])
  return answered
}

describe('a version whose self-test fails', () => {
  it('does not serve: the one before goes on, and both are told', async () => {
    await meanwhile(async () => {
      await served.register('trips', lying(sound), 'champion')
      const shown = await eventually(async () => {
        const { body } = await served.send('GET', '/api/v1/endpoints/trips')
        return body.deployments[1]?.state === 'failed' ? body.deployments : undefined
      })
      expect(shown).toMatchObject([
        { version: 1, role: 'stable', state: 'ready' },
        {
          version: 2,
          role: 'stable',
          state: 'failed',
          error: expect.stringContaining('does not answer its own example'),
        },
      ])
    })
    const { body } = await served.send('POST', PATH, { rows: rows.slice(0, 1) })
    expect(body.version).toBe(1)
    expect((await fetch(`${served.server.url}/v2/health/ready`)).status).toBe(200)
  })

  it('is refused as a new endpoint, with what it answered', async () => {
    const { status, body } = await served.send('PUT', '/api/v1/endpoints/liar', { name: 'liar', stable: 'trips@2' })
    expect([status, body.error]).toEqual([
      422,
      expect.objectContaining({ code: 'MODEL_SELF_TEST_FAILED', where: expect.stringMatching(/^expected .*; got /) }),
    ])
    await served.send('DELETE', '/api/v1/endpoints/liar')
  })
})

describe('clients that break off', () => {
  const body = JSON.stringify({ rows: rows.slice(0, 3) })
  const request = `POST ${PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`

  it('anywhere in a request or an answer, cost nobody else anything', async () => {
    const rng = createRng('break off')
    const port = Number(new URL(served.server.url).port)
    const breakOff = async (): Promise<void> => {
      const socket = connect(port, '127.0.0.1').on('error', () => {})
      await once(socket, 'connect')
      socket.write(request.slice(0, 1 + rng.integer(2 * request.length)))
      await sleep(rng.integer(5))
      if (rng.next() < 0.5) socket.resetAndDestroy()
      else socket.destroy()
    }
    const answered = await meanwhile(async () => {
      for (let lot = 0; lot < 20; lot++) await Promise.all(Array.from({ length: 15 }, breakOff))
    })
    expect(answered).toBeGreaterThan(20)
    const { body: endpoint } = await served.send('GET', '/api/v1/endpoints/trips')
    expect(endpoint.errorCount).toBe(0)
  })
})

describe('a database that somebody else holds', () => {
  it('keeps no prediction from its answer, and every one is counted afterwards', async () => {
    const other = new SqliteDatabase(join(served.home, 'regia.db'))
    const answered = await meanwhile(async () => {
      other.exec('BEGIN IMMEDIATE')
      await sleep(4_000)
      other.exec('ROLLBACK')
    })
    other.close()
    expect(answered).toBeGreaterThan(10)
    const { body: endpoint } = await served.send('GET', '/api/v1/endpoints/trips')
    const counted = await eventually(async () => {
      const [version] = await served.server.services.serving.counts.counts('trips')
      const count = version?.predictionCount
      return count === endpoint.predictionCount ? count : undefined
    })
    expect(counted).toBeGreaterThanOrEqual(answered)
  })
})
