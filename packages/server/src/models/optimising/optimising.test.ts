import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRng, type ModelOptimisation, programSignatureSchema, type Table, toRows } from '@regia/core'
import { openModel, packageOnnx, readModelPackage } from '@regia/engine'
import { createClient } from '@regia/sdk'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { inputName, mlpGraph, mlpRows } from '../../../../../tests/fixtures/models/mlp.ts'
import { startChildServer } from '../../../test/serving/child-server.ts'
import { startServer, type TestServer } from '../../../test/start-server.ts'

const SIZES = [16, 256, 256, 1]
const TIMEOUT_MS = 90_000
const PATIENCE = { timeout: 60_000, interval: 20 }
const DAY_MS = 86_400_000

let packageBytes: Uint8Array
let csv: Uint8Array<ArrayBuffer>
beforeAll(async () => {
  const table = mlpRows(16, 1_500)
  const signature = programSignatureSchema.parse({
    ...{ target: 'y', task: 'binary', classes: ['no', 'yes'] },
    columns: Array.from({ length: 16 }, (_, i) => inputName(i)),
  })
  packageBytes = await packageOnnx({ onnx: mlpGraph({ sizes: SIZES }), signature, reference: table })
  csv = new TextEncoder().encode(await labelledCsv(table))
})

/** Rows as text, with labels that follow what the model says. */
async function labelledCsv(table: Table): Promise<string> {
  const model = await openModel(packageBytes)
  const { scores } = await model.predictTable(table)
  await model.close()
  const rng = createRng('labels')
  const lines = toRows(table).map((row, i) => [...Object.values(row), rng.next() < scores[i]! ? 'yes' : 'no'].join())
  return `${[...Object.keys(table.columns), 'y'].join()}\n${lines.join('\n')}\n`
}

async function register(test: TestServer): Promise<void> {
  await test.server.services.models.register({
    ...{ model: 'net', packageDigest: await packageOf(test), report: undefined, by: 'ada', reason: 'test' },
    lineage: { datasets: [{ name: 'rows', version: 1 }], params: {}, artifacts: {} },
  })
}

const packageOf = async ({ client }: TestServer) => (await client.blobs.write(new Uint8Array(packageBytes))).digest

async function done({ client }: TestServer, { model, id }: ModelOptimisation): Promise<ModelOptimisation> {
  for (;;) {
    const now = await client.models.optimisation(model, id)
    if (now.endedAt !== undefined) return now
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

describe('optimising a version', () => {
  it('makes a version that says what it was made from', { timeout: TIMEOUT_MS }, async () => {
    const test = await startServer()
    const { client } = test
    await register(test)
    const { digest } = await client.blobs.write(csv)
    const started = await client.models.optimise('net', 'champion', {
      ...{ by: 'float16', data: { file: 'held-out.csv', digest }, maxCost: 9 },
    })
    expect(started).toMatchObject({ model: 'net', version: 1, by: 'float16' })
    const ended = await done(test, started)
    expect(ended.error).toBeUndefined()
    expect(ended).toMatchObject({ status: 'registered', madeVersion: 2, progress: { fraction: expect.any(Number) } })
    expect((await client.models.optimisations('net')).items.map(({ id }) => id)).toEqual([started.id])

    const made = await client.models.version('net', 2)
    expect(made).toMatchObject({
      aliases: [],
      tags: { 'regia.optimisedFrom': '1', 'regia.optimisedBy': 'float16' },
      description: 'Made from version 1 by float16.',
      lineage: { datasets: [{ name: 'rows', version: 1 }], optimisation: { fromVersion: 1, pays: true } },
    })
    expect(made.lineage.optimisation).toEqual(ended.report)
    const opened = readModelPackage(await client.blobs.read(made.packageDigest!))
    const model = await openModel(opened)
    expect(await model.selfTest()).toMatchObject({ maxError: 0 })
    await model.close()

    // The same again is the same package: no version is made twice.
    const again = await client.models.optimise('net', '1', {
      by: 'float16',
      data: { file: 'h.csv', digest },
      maxCost: 9,
    })
    expect(await done(test, again)).toMatchObject({ status: 'registered', madeVersion: 2 })
  })

  it('registers nothing where it does not pay', { timeout: TIMEOUT_MS }, async () => {
    const test = await startServer()
    await register(test)
    const { digest } = await test.client.blobs.write(csv)
    const request = { by: 'float16' as const, data: { file: 'held-out.csv', digest }, minGain: 0.9 }
    const ended = await done(test, await test.client.models.optimise('net', '1', request))
    expect(ended.error).toBeUndefined()
    expect(ended).toMatchObject({ status: 'refused', report: { pays: false } })
    expect(ended.madeVersion).toBeUndefined()
    expect((await test.client.models.get('net')).latestVersion).toBe(1)
  })

  it('judges on a dataset, or on the table on which the version was tested', { timeout: TIMEOUT_MS }, async () => {
    const test = await startServer()
    await register(test)
    await writeFile(join(test.projectDir, 'held-out.csv'), csv)
    const schema = { columns: [{ name: 'y', type: 'string' as const, nullable: false }], strict: false }
    const { digest } = await test.client.datasets.ingest('held-out', { path: 'held-out.csv', schema })
    const refused = { by: 'float16' as const, minGain: 0.9 }
    const named = { ...refused, data: { dataset: 'held-out' } }
    const onDataset = await done(test, await test.client.models.optimise('net', '1', named))
    expect(onDataset).toMatchObject({
      status: 'refused',
      report: { rows: { source: 'held-out version 1', judged: 1500 } },
    })

    await test.server.services.models.register({
      ...{ model: 'tested', packageDigest: await packageOf(test), report: undefined, by: 'ada', reason: 'test' },
      lineage: { datasets: [], params: {}, artifacts: { train: digest, test: digest } },
    })
    const started = await test.client.models.optimise('tested', '1', refused)
    const onTest = await done(test, started)
    expect(onTest.report?.rows.source).toBe('the table "test" of version 1')
  })

  it('says what is wrong with the rows', { timeout: TIMEOUT_MS }, async () => {
    const test = await startServer()
    const { client } = test
    await register(test)
    await expect(client.models.optimise('net', '1', { by: 'int8' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      hint: expect.stringContaining('--data'),
    })
    await expect(client.models.optimise('net', '7', { by: 'int8' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(
      client.models.optimise('net', '1', { by: 'int8', data: { dataset: 'nothing' } }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(client.models.optimisation('net', 'nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' })

    const { digest } = await client.blobs.write(new TextEncoder().encode('x000,y\n1,no\n'))
    const ended = await done(
      test,
      await client.models.optimise('net', '1', { by: 'int8', data: { file: 'few.csv', digest } }),
    )
    expect(ended).toMatchObject({ status: 'failed', error: { code: 'COLUMN_MISSING' } })
  })

  it('keeps what came of it over a restart, until it is deleted or collected', { timeout: TIMEOUT_MS }, async () => {
    const test = await startServer()
    await register(test)
    const { digest } = await test.client.blobs.write(csv)
    const request = { by: 'float16' as const, data: { file: 'held-out.csv', digest }, minGain: 0.9 }
    const ended = await done(test, await test.client.models.optimise('net', '1', request))
    expect(ended).toMatchObject({ askedBy: 'ada', request: { by: 'float16', minGain: 0.9, maxLoss: 0.005 } })
    const begun = [await test.client.models.optimise('net', '1', { ...request, by: 'int8' })]
    begun.push(await test.client.models.optimise('net', '1', request))
    expect(begun[1]?.progress.message).toBe('waiting for 1 before it')

    const again = await test.restart()
    const { optimisations, models } = again.client
    expect(await optimisations.get(ended.id)).toEqual(ended)
    const failed = { status: 'failed', error: { code: 'UNAVAILABLE', hint: 'Optimise the model again.' } }
    for (const { id } of begun) expect(await optimisations.get(id)).toMatchObject(failed)
    const first = await optimisations.list({ limit: 2 })
    expect(first).toMatchObject({ total: 3, items: [{ id: begun[1]?.id }, { id: begun[0]?.id }] })
    const second = await models.optimisations('net', { limit: 2, cursor: first.nextCursor! })
    expect(second).toEqual({ total: 3, items: [ended] })
    expect((await optimisations.list({ status: 'refused' })).items).toEqual([ended])
    expect((await models.optimisations('other')).items).toEqual([])

    await models.update('net', { name: 'network' })
    expect(await optimisations.get(ended.id)).toMatchObject({ model: 'network' })
    await optimisations.delete(begun[0]!.id)
    await expect(optimisations.get(begun[0]!.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await models.delete('network')
    expect(await optimisations.get(ended.id)).toMatchObject({ model: 'network' })
    again.clock.advance(91 * DAY_MS)
    expect(await again.client.collectGarbage({ keepDeletedDays: 1000 })).toMatchObject({ optimisations: 2 })
    expect((await optimisations.list()).total).toBe(2)
    await again.client.collectGarbage({ keepDeletedDays: 1000, dryRun: false })
    expect((await optimisations.list()).total).toBe(0)
  })

  it('can be cancelled while it waits or runs', { timeout: TIMEOUT_MS }, async () => {
    const test = await startServer()
    const { client } = test
    await register(test)
    const { digest } = await client.blobs.write(csv)
    const request = { by: 'float16' as const, data: { file: 'held-out.csv', digest }, maxCost: 9 }
    const runs = await client.models.optimise('net', '1', request)
    const waits = await client.models.optimise('net', '1', request)
    await expect(client.optimisations.delete(waits.id)).rejects.toMatchObject({
      code: 'CONFLICT',
      hint: expect.stringContaining(`regia optimisations cancel ${waits.id}`),
    })
    expect(await client.optimisations.cancel(waits.id)).toMatchObject({ status: 'cancelled' })
    await vi.waitFor(async () => expect((await client.optimisations.get(runs.id)).status).toBe('running'), PATIENCE)
    expect(await client.optimisations.cancel(runs.id)).toMatchObject({ status: 'cancelled' })
    // What comes after a cancelled one is done.
    const after = await done(test, await client.models.optimise('net', '1', request))
    expect(after).toMatchObject({ status: 'registered', madeVersion: 2 })
    for (const { id } of [runs, waits]) expect((await client.optimisations.cancel(id)).status).toBe('cancelled')
    expect((await client.models.get('net')).latestVersion).toBe(2)
  })

  it('that was under way when the server was killed has failed', { timeout: TIMEOUT_MS }, async () => {
    const projectDir = mkdtempSync(join(tmpdir(), 'regia-optimising-'))
    onTestFinished(() => rmSync(projectDir, { recursive: true, force: true }))
    const home = join(projectDir, '.regia')
    const first = await startChildServer(home, projectDir)
    onTestFinished(() => first.kill())
    const client = createClient({ url: first.url })
    await client.models.import('net', {
      files: { 'net.zip': (await client.blobs.write(new Uint8Array(packageBytes))).digest },
    })
    const { digest } = await client.blobs.write(csv)
    const { id } = await client.models.optimise('net', '1', { by: 'int8', data: { file: 'held-out.csv', digest } })
    await vi.waitFor(async () => expect((await client.optimisations.get(id)).status).toBe('running'), PATIENCE)
    await first.kill()
    const second = await startChildServer(home, projectDir)
    onTestFinished(() => second.kill())
    expect(await createClient({ url: second.url }).optimisations.get(id)).toMatchObject({
      status: 'failed',
      error: { code: 'UNAVAILABLE', message: 'The server ended before the optimisation was done.' },
      endedAt: expect.any(String),
    })
  })
})
