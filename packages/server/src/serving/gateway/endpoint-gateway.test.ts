import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endpointSpecSchema } from '@regia/core'
import { openModel, readModelPackage } from '@regia/engine'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageTrips, tripRows } from '../../../test/serving/trips.ts'
import { PredictionLog } from '../prediction-log/index.ts'
import type { Answer } from './answer.ts'
import { EndpointGateway } from './endpoint-gateway.ts'
import type { RegisteredVersion } from './model-directory.ts'

const { rows } = tripRows(20, 'gateway')
const spec = { ...endpointSpecSchema.parse({ name: 'trips', stable: 'trips@champion' }), stable: 'trips@champion' }
let dir = ''
let bytes: Uint8Array
let log: PredictionLog
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'regia-gateway-'))
  bytes = await packageTrips()
})
afterAll(() => rmSync(dir, { recursive: true }))

async function gatewayOn(folder: string): Promise<EndpointGateway> {
  log = new PredictionLog({ dir: join(dir, folder), clock: Date.now, segmentBytes: 4000 })
  const directory = { open: () => openModel(bytes) }
  return new EndpointGateway({ spec, log: log.open('trips'), directory, clock: Date.now })
}
const version = (number: number): RegisteredVersion => {
  const { manifest } = readModelPackage(bytes)
  return { model: 'trips', version: number, packageDigest: manifest.graph, package: manifest }
}
const ask = (gateway: EndpointGateway): Promise<Answer> =>
  new Promise((done, fail) =>
    gateway.predict({ rows: rows.slice(0, 1), at: 0, receivedAt: performance.now(), done, fail }),
  )

describe('EndpointGateway', () => {
  it('says that it is not ready before a version is loaded', async () => {
    const gateway = await gatewayOn('empty')
    await expect(ask(gateway)).rejects.toMatchObject({ code: 'ENDPOINT_NOT_READY' })
    await log.close()
  })

  it('answers nothing that it could not log, and goes on when there is room again', async () => {
    const gateway = await gatewayOn('full')
    await gateway.change({ stable: version(1) })
    const next = join(dir, 'full', 'trips', '000002.log')
    symlinkSync('/dev/full', next)
    let answered = 0
    const failed = await (async () => {
      for (;;) {
        const outcome = await ask(gateway).catch((error: unknown) => error)
        if (outcome instanceof Error) return outcome
        answered++
      }
    })()
    expect(failed).toMatchObject({ code: 'LOG_WRITE_FAILED' })
    expect(answered).toBeGreaterThan(5)
    expect(gateway.log.countPredictions()).toBe(answered)
    await ask(gateway)
    expect(gateway.log.countPredictions()).toBe(answered + 1)
    await gateway.close()
    await log.close()
  })

  it('keeps what it serves until the next is ready, and the last one to roll back to', async () => {
    const gateway = await gatewayOn('swap')
    await gateway.change({ stable: version(1) })
    const asking = Array.from({ length: 10 }, () => ask(gateway))
    await gateway.change({ stable: version(2), shadow: version(3) })
    await Promise.all(asking)
    expect((await ask(gateway)).served.version).toBe(2)
    expect(gateway.deployments().map(({ role, version: number }) => [role, number])).toEqual([
      ['stable', 2],
      ['shadow', 3],
      ['previous', 1],
    ])
    await gateway.change({ stable: version(3) })
    expect(gateway.deployments().map(({ role, version: number }) => [role, number])).toEqual([
      ['stable', 3],
      ['previous', 2],
    ])
    await gateway.close()
    await log.close()
  })

  it('refuses a cell that is nested without end', async () => {
    const gateway = await gatewayOn('deep')
    await gateway.change({ stable: version(1) })
    const deep = JSON.parse(`{"miles":${'['.repeat(50_000)}${']'.repeat(50_000)},"place":"JFK","wind":1}`)
    const error = new Promise((fail) =>
      gateway.predict({ rows: [deep], at: 0, receivedAt: performance.now(), done: fail, fail }),
    )
    expect(await error).toMatchObject({ code: expect.stringMatching(/INVALID_INPUT|COLUMN_TYPE/) })
    await gateway.close()
    await log.close()
  })
})
