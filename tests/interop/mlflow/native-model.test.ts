import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createGraphBuilder, encodeModel } from '@regia/core'
import { createClient } from '@regia/sdk'
import { createServer } from '@regia/server'
import { startRun } from 'regia'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { temporaryFolder } from '../../integration/regia-command.ts'
import { pythonOf } from '../python.ts'

/** score = 2 age + 3 income, over a matrix of both. */
function sumModel(): Uint8Array {
  const graph = createGraphBuilder('sum')
  const x = graph.input('x', 'float', ['rows', 2])
  const weights = graph.constant({ elementType: 'float', dims: [2, 1], data: Float32Array.from([2, 3]) })
  graph.node('MatMul', [x, weights], {}, { output: 'score' })
  graph.output('score', 'float', ['rows', 1])
  return encodeModel(graph.build())
}

const LOAD = `
import json, os, sys
import mlflow, pandas
run = sys.argv[1]
rows = pandas.DataFrame({"income": [10.0], "age": [1.0]})
model = mlflow.pyfunc.load_model(f"runs:/{run}/model")
onnx = mlflow.onnx.load_model(f"runs:/{run}/model")
print(json.dumps({"score": float(model.predict(rows[["age", "income"]])["score"].iloc[0]), "inputs": [i.name for i in onnx.graph.input]}))
`

describe('a model that run.model keeps', () => {
  it('is loaded by MLflow, registered and packaged for serving', { timeout: 180_000 }, async () => {
    const { dir, remove } = await temporaryFolder()
    onTestFinished(remove)
    const server = await createServer({ home: join(dir, '.regia'), projectDir: dir })
    onTestFinished(() => server.close())
    vi.stubEnv('REGIA_URL', server.url)
    await writeFile(join(dir, 'sum.onnx'), sumModel())
    await writeFile(join(dir, 'none.onnx'), 'pickle')
    const run = await startRun({ experiment: 'models' })
    const example = [
      { age: 1, income: 10 },
      { age: 2, income: 20 },
    ]
    await run.model(join(dir, 'sum.onnx'), { example })
    await expect(run.model(join(dir, 'none.onnx'))).rejects.toMatchObject({ code: 'MODEL_INVALID' })
    await expect(
      run.model(join(dir, 'sum.onnx'), { example: [{ age: 1 }], columns: { age: 'float', income: 'float' } }),
    ).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'Row 1 of the example has no "income".',
    })
    await run.end()

    const loaded = await promisify(execFile)(pythonOf('mlflow3'), ['-c', LOAD, run.id], {
      env: { ...process.env, MLFLOW_TRACKING_URI: server.url },
    })
    expect(JSON.parse(loaded.stdout.trim().split('\n').at(-1) ?? '')).toEqual({ score: 32, inputs: ['x'] })

    const client = createClient({ url: server.url })
    await client.models.create({ name: 'sum' })
    await client.models.registerVersion('sum', { runId: run.id, path: 'model' })
    await vi.waitFor(
      async () => {
        const { package: made, packaging } = await client.models.version('sum', 1)
        expect(
          made?.signature.inputs.map(({ name, type }) => `${name} ${type}`),
          JSON.stringify(packaging),
        ).toEqual(['age float', 'income float'])
      },
      { timeout: 60_000, interval: 200 },
    )
  })
})
