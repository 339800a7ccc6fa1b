import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openModel, packageOnnxFile } from '@regia/engine'
import { expect, it } from 'vitest'
import { pythonOf } from '../python.ts'
import { newFolder } from './imported.ts'

type Expected = Record<string, { readonly [By in 'rows' | 'library' | 'onnxruntime']: readonly (readonly number[])[] }>

const largestError = (got: ArrayLike<number>, expected: readonly (readonly number[])[]): number => {
  const flat = expected.flat()
  return got.length === flat.length ? Math.max(...flat.map((value, i) => Math.abs(value - got[i]!))) : Number.NaN
}

/** Converters differ in the float32 arithmetic that they write: what the graph says is ours, how near the library it is theirs. */
const TO_RUNTIME = 1e-6
const TO_LIBRARY = 1e-3
const REFUSED = ['margins', 'ridge']

it('takes estimators of three libraries without a word of anybody: columns, classes and task are in the graph', async () => {
  const folder = await newFolder()
  execFileSync(pythonOf('mlflow3'), [fileURLToPath(new URL('./estimators.py', import.meta.url)), folder])
  const expected: Expected = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8'))
  expect(Object.keys(expected).length).toBeGreaterThan(110)
  for (const [name, { rows, library, onnxruntime }] of Object.entries(expected)) {
    const made = packageOnnxFile({ files: { 'model.onnx': join(folder, `${name}.onnx`) } })
    if (REFUSED.includes(name)) {
      await expect(made, name).rejects.toMatchObject({ message: expect.stringContaining('no probabilities') })
      continue
    }
    const model = await openModel(await made)
    const { inputs, classes } = model.signature
    expect(inputs.map((input) => input.name)).toEqual(['f0', 'f1', 'f2', 'f3'])
    if (name.includes('-texts')) expect(classes, name).toEqual(['a', 'b', 'c'])
    else if (name.includes('-two')) expect(classes, name).toEqual(['0', '1'])
    const sent = rows.map((row) => Object.fromEntries(row.map((value, i) => [`f${i}`, value])))
    const { probabilities, scores } = await model.predictRows(sent)
    expect(largestError(probabilities ?? scores, onnxruntime), name).toBeLessThan(TO_RUNTIME)
    expect(largestError(probabilities ?? scores, library), name).toBeLessThan(TO_LIBRARY)
    await model.close()
  }
})
