import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { writeModelPackage } from '@regia/engine'
import { unzipSync, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { trainOnTrips } from '../../../../../tests/fixtures/models/trips.ts'
import { startServer, type TestServer } from '../../../test/start-server.ts'

const ONNX = fileURLToPath(new URL('../../../../../tests/reference/mlflow-models/zipmap/model.onnx', import.meta.url))

/** A version as a pipeline registers it: with a report, lineage and a card. */
async function register({ server, client }: TestServer) {
  const { train, fitted } = trainOnTrips()
  const { bytes } = await writeModelPackage({ fitted, train })
  const { digest } = await client.blobs.write(new Uint8Array(bytes))
  await server.services.models.register({
    model: 'late',
    alias: 'challenger',
    packageDigest: digest,
    lineage: { datasets: [{ name: 'trips', version: 2 }], params: { trees: 20 }, artifacts: {} },
    report: {
      name: 'checks',
      passed: true,
      checks: [{ kind: 'k', name: 'beats majority', status: 'passed', message: 'by 0.1' }],
      metrics: { auc: { value: 0.71, n: 50, interval: { lower: 0.6, upper: 0.8, confidence: 0.95 } } },
      baselines: {},
      curves: {},
      slices: [],
      rowCount: 50,
      createdAt: '2026-03-01T00:00:00.000Z',
    },
    by: 'ada',
    reason: 'Trained.',
  })
  await client.models.updateVersion('late', 1, { description: 'Warns of late trips.', tags: { team: 'ops' } })
  await client.models.writeCard('late', 1, { text: { purpose: 'Warns.', licence: 'CC-BY-4.0' } })
  return digest
}

describe('a package archive', () => {
  it('goes to another home and comes back byte for byte', async () => {
    const [here, there] = [await startServer(), await startServer()]
    const digest = await register(here)
    const archive = await here.client.models.archive('late', 'champion')
    expect(Buffer.compare(await here.client.models.archive('late', 1), archive)).toBe(0)

    const sent = await there.client.blobs.write(archive)
    await there.client.models.create({ name: 'other', description: 'has a version already' })
    const onnx = await there.client.blobs.write(new Uint8Array(readFileSync(ONNX)))
    await there.client.models.import('other', { files: { 'm.onnx': onnx.digest } })
    const made = await there.client.models.import('other', { files: { 'late.zip': sent.digest } })
    expect(made).toMatchObject({
      version: 2,
      packageDigest: digest,
      aliases: ['challenger'],
      description: 'Warns of late trips.',
      tags: { team: 'ops' },
      report: { passed: true, metrics: { auc: { value: 0.71 } } },
      lineage: { datasets: [], origin: { model: 'late', version: 1, lineage: { datasets: [{ name: 'trips' }] } } },
    })
    expect((await there.client.models.card('other', 2)).text).toEqual({ purpose: 'Warns.', licence: 'CC-BY-4.0' })
    expect(Buffer.compare(await there.client.models.archive('other', 2), archive)).toBe(0)

    const again = await there.client.models.import('other', { files: { 'late.zip': sent.digest } })
    expect(again.version).toBe(2)
    await there.client.endpoints.apply({ name: 'other', stable: 'other@challenger', description: '' })
    const { predictions } = await there.client.endpoints.predict('other', { rows: made.package!.example.rows as never })
    const example = made.package!.example.probabilities!
    expect(predictions[0]!.score).toBeCloseTo(example[0]![1]!, 6)
  })

  it('is refused with every fault, and no version is made', async () => {
    const test = await startServer()
    await register(test)
    const files = unzipSync(await test.client.models.archive('late', 1))
    delete files['card.md']
    files['checks.json'] = new TextEncoder().encode('{}')
    const { digest } = await test.client.blobs.write(new Uint8Array(zipSync(files)))
    await expect(test.client.models.import('copy', { files: { 'late.zip': digest } })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(/lacks card\.md.*checks\.json is sha256|checks\.json is sha256.*lacks card\.md/),
    })
    await expect(test.client.models.get('copy')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(test.client.models.archive('late', 7)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
