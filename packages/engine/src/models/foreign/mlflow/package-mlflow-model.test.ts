import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Row } from '@regia/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openModel } from '../../open-model.ts'
import { packageMlflowModel } from './package-mlflow-model.ts'

/** Folders that MLflow's own client wrote, and what scikit-learn says of some rows. */
const MODELS = fileURLToPath(new URL('../../../../../../tests/reference/mlflow-models/', import.meta.url))
const expected: Record<string, { rows: Row[]; answers: (number | number[])[] }> = JSON.parse(
  readFileSync(join(MODELS, 'expected.json'), 'utf8'),
)

const filesOf = (name: string): Record<string, string> =>
  Object.fromEntries(readdirSync(join(MODELS, name)).map((file) => [file, join(MODELS, name, file)]))

/** The folder with another text in one of its files. */
function changed(name: string, file: string, change: (text: string) => string | Uint8Array): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'regia-mlflow-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const files = filesOf(name)
  writeFileSync(join(folder, 'changed'), change(readFileSync(files[file]!, 'utf8')))
  return { ...files, [file]: join(folder, 'changed') }
}

const refusal = (files: Record<string, string>): Promise<unknown> =>
  packageMlflowModel({ files }).then(
    () => 'nothing thrown',
    (error: unknown) => error,
  )

describe('packageMlflowModel', () => {
  it.each(['columns', 'zipmap', 'external', 'mixed', 'neighbours'])(
    'says the probabilities of scikit-learn: %s',
    async (name) => {
      const { rows, answers } = expected[name]!
      const model = await openModel(await packageMlflowModel({ files: filesOf(name) }))
      const { probabilities } = await model.predictRows(rows)
      const flat = answers.flat()
      expect(probabilities).toHaveLength(flat.length)
      for (const [i, answer] of flat.entries()) expect(probabilities![i], `${name} ${i}`).toBeCloseTo(answer, 5)
      expect((await model.selfTest()).maxError).toBeLessThan(1e-6)
      await model.close()
    },
  )

  it('says the numbers of scikit-learn: tensor', async () => {
    const { rows, answers } = expected.tensor!
    const model = await openModel(await packageMlflowModel({ files: filesOf('tensor'), metrics: { r2: 0.9 } }))
    const { scores } = await model.predictRows(rows)
    for (const [i, answer] of answers.flat().entries()) expect(scores[i]).toBeCloseTo(answer, 5)
    expect(model.signature).toMatchObject({ task: 'regression', inputs: [{ name: 'X_0' }, {}, { type: 'float' }] })
    expect(model.manifest).toMatchObject({ metrics: { r2: 0.9 }, learner: { name: 'skl2onnx' } })
    expect(model.manifest.example.rows).toEqual([
      { X_0: 5.1, X_1: 3.5, X_2: 1.4 },
      { X_0: 4.9, X_1: 3, X_2: 1.4 },
    ])
    await model.close()
  })

  it('takes names, types and classes from signature and graph', async () => {
    const open = async (name: string) => {
      const model = await openModel(await packageMlflowModel({ files: filesOf(name) }))
      await model.close()
      return model
    }
    const columns = await open('columns')
    expect(columns.signature).toMatchObject({ task: 'multiclass', classes: ['0', '1', '2'] })
    expect(columns.signature.inputs[0]).toEqual({ name: 'sepal length (cm)', type: 'float', nullable: false })
    expect(columns.signature).toMatchObject({ tensors: [{ isMatrix: true }], outputs: { columns: 3 } })
    expect(columns.manifest.example.rows).toHaveLength(3)
    expect(columns.manifest.referenceProfile).toBeUndefined()
    expect((await open('zipmap')).signature).toMatchObject({
      ...{ task: 'binary', classes: ['other', 'setosa'], positive: 'setosa' },
      inputs: [{ name: 'X_0' }, { name: 'X_1' }, { name: 'X_2' }, { name: 'X_3' }],
    })
    expect((await open('mixed')).signature.inputs).toMatchObject([
      { name: 'age', type: 'float' },
      { name: 'work', type: 'string' },
    ])
    expect((await open('external')).signature).toMatchObject({ classes: ['0', '1', '2'] })
  })

  it('gives the same bytes for the same folder', async () => {
    const [first, second] = [
      await packageMlflowModel({ files: filesOf('columns') }),
      await packageMlflowModel({ files: filesOf('columns') }),
    ]
    expect(Buffer.compare(first, second)).toBe(0)
  })

  it('refuses a pickle with the way out, and never opens it', async () => {
    const { 'model.pkl': _, ...files } = filesOf('pickled')
    expect(await refusal({ ...files, 'model.pkl': '/nowhere/at/all' })).toMatchObject({
      code: 'MODEL_INVALID',
      message: "it is a model of sklearn, kept as cloudpickle; Regia serves ONNX and runs no code of a model's file.",
      hint: expect.stringContaining("skl2onnx.to_onnx(model, X[:1], options={'zipmap': False})"),
    })
  })

  it('refuses what is no rows and columns', async () => {
    expect(await refusal(filesOf('pictures'))).toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('its input "pixels" has 3 dimensions'),
    })
    expect(await refusal(filesOf('margins'))).toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('are no probabilities: '),
    })
    const dated = changed('columns', 'MLmodel', (text) => text.replace('"double"', '"datetime"'))
    expect(await refusal(dated)).toMatchObject({ message: expect.stringContaining('of the type "datetime"') })
  })

  it('refuses folders that are not whole, or are no models', async () => {
    const { 'model.onnx': _, ...without } = filesOf('columns')
    expect(await refusal(without)).toMatchObject({ message: expect.stringContaining('no file "model.onnx"') })
    expect(await refusal({})).toMatchObject({ message: expect.stringContaining('no file "MLmodel"') })
    const weights = readdirSync(join(MODELS, 'external')).find((file) => file.endsWith('.data'))!
    const cut = changed('external', weights, (text) => text.slice(0, 100))
    expect(await refusal(cut)).toMatchObject({ message: expect.stringContaining('shorter than its graph says') })
    const { [weights]: __, ...lost } = filesOf('external')
    expect(await refusal(lost)).toMatchObject({ message: expect.stringContaining(`no file "${weights}"`) })
    for (const text of ['', '{', 'a: &a [*a]', 'flavors: 3', '- 1', 'flavors: {onnx: {data: ../../etc/passwd}}'])
      expect(await refusal(changed('columns', 'MLmodel', () => text)), text).toMatchObject({ code: 'MODEL_INVALID' })
    expect(await refusal(changed('columns', 'model.onnx', () => 'nonsense'))).toMatchObject({ code: 'MODEL_INVALID' })
  })

  it('goes without an example that cannot be read', async () => {
    for (const text of ['{', '{"inputs": [["a", 1, 2]]}', '[]', '{"dataframe_split": 3}']) {
      const files = { ...changed('tensor', 'serving_input_example.json', () => text) }
      const model = await openModel(await packageMlflowModel({ files }))
      // The other form of the example is still there.
      expect(model.manifest.example.rows[0], text).toEqual({ X_0: 5.1, X_1: 3.5, X_2: 1.4 })
      await model.close()
    }
    const { 'input_example.json': ___, 'serving_input_example.json': ____, ...unknown } = filesOf('mixed')
    expect(await refusal(unknown)).toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('its graph fails on a row of zeros and empty texts'),
      hint: expect.stringContaining('input_example'),
    })
    const { 'input_example.json': _, 'serving_input_example.json': __, ...without } = filesOf('tensor')
    const model = await openModel(await packageMlflowModel({ files: without }))
    expect(model.manifest.example.rows).toEqual([{ X_0: 0, X_1: 0, X_2: 0 }])
    await model.close()
  })
})
