import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isPackaged, type ModelVersion, type Row } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { startServer, type TestServer } from '../../../test/start-server.ts'

/** Folders that MLflow's own client wrote, and what scikit-learn says of some rows. */
const MODELS = fileURLToPath(new URL('../../../../../tests/reference/mlflow-models/', import.meta.url))
const expected: Record<string, { rows: Row[]; answers: number[][] }> = JSON.parse(
  readFileSync(join(MODELS, 'expected.json'), 'utf8'),
)

/** Puts a logged model where a client would. */
async function upload({ server }: TestServer, name: string, folder: string): Promise<void> {
  for (const file of readdirSync(join(MODELS, name))) {
    const bytes = readFileSync(join(MODELS, name, file))
    await server.services.files.put(
      `${folder}/${file}`,
      (async function* () {
        yield bytes
      })(),
    )
  }
}

async function logModel(test: TestServer, name: string) {
  const { runs, loggedModels, experiments } = test.server.services.tracking
  const { id: experimentId } = await experiments.get('0')
  const run = await runs.create({ experimentId, source: 'mlflow' })
  const logged = await loggedModels.create({ experimentId, name, sourceRunId: run.id })
  await upload(test, name, `0/models/${logged.id}/artifacts`)
  return { run, logged }
}

async function settled({ client }: TestServer, model: string, version: number): Promise<ModelVersion> {
  const isOver = async () => (await client.models.version(model, version)).packaging.status
  await expect.poll(isOver, { timeout: 45_000 }).not.toBe('pending')
  return client.models.version(model, version)
}

describe('a version of files that a client of MLflow logged', () => {
  it('is packaged and served at an alias as it is', async () => {
    const test = await startServer()
    const { client } = test
    const { logged } = await logModel(test, 'columns')
    await client.models.create({ name: 'iris' })
    const made = await client.models.registerVersion('iris', {
      source: `models:/${logged.id}`,
      loggedModelId: logged.id,
    })
    expect(made).toMatchObject({ version: 1, packaging: { status: 'pending' }, source: `models:/${logged.id}` })
    const version = await settled(test, 'iris', 1)
    expect(version).toMatchObject({ packaging: { status: 'packaged' }, packageDigest: expect.any(String) })
    await client.models.promote('iris', 1, { alias: 'champion' })
    await client.endpoints.apply({ name: 'iris', stable: 'iris@champion', description: '' })
    const { rows, answers } = expected.columns!
    const { predictions } = await client.endpoints.predict('iris', { rows })
    for (const [i, answer] of answers.entries()) {
      for (const [k, probability] of answer.entries())
        expect(predictions[i]!.probabilities![String(k)]).toBeCloseTo(probability, 5)
    }
    const { size } = await client.models.compare('iris', 'champion', 1)
    expect(size).toContainEqual({ name: 'median request in ms', before: expect.any(Number), after: expect.any(Number) })
    await expect(client.models.deleteVersion('iris', 1)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('endpoint "iris"'),
    })
    await expect(client.models.delete('iris')).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(client.models.packageVersion('iris', 1)).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('is found through its run, its address, another version, and by the name that the run gave it', async () => {
    const test = await startServer()
    const { client } = test
    const { run, logged } = await logModel(test, 'tensor')
    await upload(test, 'zipmap', `0/${run.id}/artifacts/old style`)
    await client.models.create({ name: 'a' })
    await client.models.registerVersion('a', { runId: run.id, path: 'tensor' })
    await client.models.registerVersion('a', { runId: run.id, path: 'old style' })
    await client.models.registerVersion('a', { source: `mlflow-artifacts:/0/models/${logged.id}/artifacts` })
    await client.models.create({ name: 'b/c' })
    await client.models.registerVersion('b/c', { source: 'models:/a/1' })
    await client.models.promote('a', 2, { alias: 'old' })
    await client.models.registerVersion('b/c', { source: 'models:/a@old' })
    const digests = new Map<string, string | undefined>()
    for (const [model, version] of [
      ['a', 1],
      ['a', 2],
      ['a', 3],
      ['b/c', 1],
      ['b/c', 2],
    ] as const) {
      const found = await settled(test, model, version)
      expect(found.packaging, `${model} ${version}`).toEqual({ status: 'packaged' })
      digests.set(`${model} ${version}`, found.packageDigest)
    }
    expect(digests.get('a 3')).toBe(digests.get('a 1'))
    expect(digests.get('b/c 1')).toBe(digests.get('a 1'))
    expect(digests.get('b/c 2')).toBe(digests.get('a 2'))
    expect(digests.get('a 2')).not.toBe(digests.get('a 1'))
  })

  it('is refused with the reason and the way out', async () => {
    const test = await startServer()
    const { client } = test
    const { logged } = await logModel(test, 'pickled')
    await client.models.create({ name: 'm' })
    const reasons: string[] = []
    for (const source of [
      `models:/${logged.id}`,
      's3://bucket/model',
      'models:/m-00000000000000000000000000000000',
      'runs:/nobody/model',
      'mlflow-artifacts:/0/nothing',
      'prompt-template',
      'models:/m/6',
      'models:/m/8',
    ]) {
      const { version } = await client.models.registerVersion('m', { source })
      const { packaging } = await settled(test, 'm', version)
      expect(packaging, source).toMatchObject({ status: 'refused', hint: expect.any(String) })
      reasons.push(packaging.reason ?? '')
    }
    expect(reasons).toMatchInlineSnapshot(`
      [
        "it is a model of sklearn, kept as cloudpickle; Regia serves ONNX and runs no code of a model's file.",
        "its source "s3://bucket/model" is no place that this server reads.",
        "its source "models:/m-00000000000000000000000000000000" leads to nothing.",
        "the run "nobody" of its source is not there.",
        "the folder "0/nothing" of its files holds no MLmodel.",
        "its source "prompt-template" is no place that this server reads.",
        "its source "prompt-template" is no place that this server reads.",
        "its source leads in a circle.",
      ]
    `)
    await client.models.promote('m', 1, { alias: 'champion' })
    await expect(client.endpoints.apply({ name: 'm', stable: 'm@champion', description: '' })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('Version 1 of "m" cannot be served: it is a model of sklearn'),
      hint: expect.stringContaining('skl2onnx'),
    })
  })

  it('goes on after a stop, and is tried again when it is asked for', async () => {
    const test = await startServer()
    const { logged } = await logModel(test, 'external')
    await test.client.models.create({ name: 'm' })
    await test.client.models.registerVersion('m', { source: 'mlflow-artifacts:/0/late/artifacts' })
    await settled(test, 'm', 1)
    await upload(test, 'mixed', '0/late/artifacts')
    await test.client.models.registerVersion('m', { source: `models:/${logged.id}` })
    const again = await test.restart()
    expect(isPackaged(await settled(again, 'm', 2))).toBe(true)
    expect((await again.client.models.version('m', 1)).packaging.reason).toContain('holds no MLmodel')
    expect((await again.client.models.packageVersion('m', 1)).packaging).toEqual({ status: 'pending' })
    expect(isPackaged(await settled(again, 'm', 1))).toBe(true)
  })
})
