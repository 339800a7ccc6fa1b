import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRng, type ModelOptimisation, programSignatureSchema, type Table, toRows } from '@regia/core'
import { openModel, packageOnnx, readModelPackage } from '@regia/engine'
import { beforeAll, describe, expect, it } from 'vitest'
import { inputName, mlpGraph, mlpRows } from '../../../../../tests/fixtures/models/mlp.ts'
import { startServer, type TestServer } from '../../../test/start-server.ts'

const SIZES = [16, 256, 256, 1]
const TIMEOUT_MS = 90_000

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
})
