import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Digest, Row } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { startServer, type TestServer } from '../../../test/start-server.ts'

/** Graphs that MLflow's client and skl2onnx wrote, and what scikit-learn says of some rows. */
const MODELS = fileURLToPath(new URL('../../../../../tests/reference/mlflow-models/', import.meta.url))
const expected: Record<string, { rows: Row[]; answers: number[][] }> = JSON.parse(
  readFileSync(`${MODELS}expected.json`, 'utf8'),
)

async function send({ client }: TestServer, files: Record<string, string>): Promise<Record<string, Digest>> {
  const sent: Record<string, Digest> = {}
  for (const [path, file] of Object.entries(files)) {
    sent[path] = (await client.blobs.write(new Uint8Array(readFileSync(`${MODELS}${file}`)))).digest
  }
  return sent
}

describe('importing a model', () => {
  it('serves a plain ONNX file at once, with the numbers of the library that made it', async () => {
    const test = await startServer()
    const { client } = test
    const { rows, answers } = expected.zipmap!
    const made = await client.models.import('iris', {
      files: await send(test, { 'iris.onnx': 'zipmap/model.onnx' }),
      example: rows,
      tags: { team: 'zoo' },
    })
    expect(made).toMatchObject({
      version: 1,
      aliases: ['champion'],
      packaging: { status: 'packaged' },
      tags: { team: 'zoo' },
    })
    expect(made.package?.notes).toEqual([expect.stringContaining('ZipMap')])
    await client.endpoints.apply({ name: 'iris', stable: 'iris@champion', description: '' })
    const { predictions } = await client.endpoints.predict('iris', { rows })
    for (const [i, answer] of answers.entries()) {
      expect(Object.values(predictions[i]!.probabilities!)).toHaveLength(answer.length)
      for (const [k, value] of Object.values(predictions[i]!.probabilities!).entries())
        expect(value).toBeCloseTo(answer[k]!, 5)
    }
  })

  it('takes a folder of MLflow, and weights beside the graph', async () => {
    const test = await startServer()
    const made = await test.client.models.import('columns', {
      files: await send(test, { 'artifacts/MLmodel': 'columns/MLmodel', 'artifacts/model.onnx': 'columns/model.onnx' }),
    })
    expect(made).toMatchObject({ version: 1, packaging: { status: 'packaged' } })
  })

  it('lets a folder that says itself what it takes say it', async () => {
    const test = await startServer()
    const files = await send(test, { MLmodel: 'columns/MLmodel', 'model.onnx': 'columns/model.onnx' })
    await expect(test.client.models.import('m', { files, example: [{ a: 1 }] })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      hint: expect.stringContaining('.onnx file in it'),
    })
  })

  it('refuses what was not sent, what leaves the folder, and a pickle with its way out', async () => {
    const test = await startServer()
    const absent = `sha256:${'0'.repeat(64)}` as Digest
    await expect(test.client.models.import('m', { files: { 'm.onnx': absent } })).rejects.toMatchObject({
      code: 'BLOB_MISSING',
    })
    await expect(test.client.models.import('m', { files: { '../m.onnx': absent } })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    })
    const { digest } = await test.client.blobs.write(Uint8Array.of(0x80, 4, 0x95, 0, 0, 0, 0, 0))
    await expect(test.client.models.import('m', { files: { 'm.onnx': digest } })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      hint: expect.stringContaining('to_onnx'),
    })
    await expect(test.client.models.get('m')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
