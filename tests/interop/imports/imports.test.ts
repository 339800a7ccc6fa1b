import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { askInPython, fixedRows, imported, newHome, pickled, trained } from './imported.ts'

/** Libraries compute in 64 bits, graphs in 32. */
const TOLERANCE = 1e-5
const PYTORCH = fileURLToPath(new URL('../../reference/pytorch/', import.meta.url))

function largestError(got: readonly (readonly number[])[], expected: readonly (readonly number[])[]): number {
  expect(got.map((row) => row.length)).toEqual(expected.map((row) => row.length))
  return Math.max(...got.flatMap((row, i) => row.map((value, k) => Math.abs(value - expected[i]![k]!))))
}

/** PyTorch is too large to install for a test, so what its script wrote is kept. */
const LIBRARIES = [
  { name: 'sklearn', folder: () => trained('sklearn'), classes: ['Adelie', 'Chinstrap', 'Gentoo'], note: undefined },
  { name: 'xgboost', folder: () => trained('xgboost'), classes: ['other', 'Gentoo'], note: undefined },
  { name: 'lightgbm', folder: () => trained('lightgbm'), classes: ['Adelie', 'Chinstrap', 'Gentoo'], note: 'ZipMap' },
  { name: 'pytorch', folder: async () => PYTORCH, classes: ['Adelie', 'Chinstrap', 'Gentoo'], note: undefined },
  { name: 'gru-1', folder: () => fixedRows('gru-1'), classes: ['a', 'b', 'c'], note: 'one row at a time' },
  { name: 'gru-4', folder: () => fixedRows('gru-4'), classes: ['a', 'b', 'c'], note: '4 rows at a time' },
]

describe('a model of another library, through ONNX', () => {
  it.each(LIBRARIES)(
    'answers as $name does, served, in onnxruntime and in MLflow',
    async ({ name, folder, classes, note }) => {
      const client = await newHome()
      const { rows, answers, version } = await imported(client, name, await folder())
      expect(version).toMatchObject({ version: 1, aliases: ['champion'], package: { signature: { classes } } })
      expect(version.package?.parity.rowCount).toBe(rows.length)
      expect(version.package?.parity.maxError).toBeLessThan(TOLERANCE)
      if (note) expect(version.package?.notes?.[0]).toContain(note)

      await client.endpoints.apply({ name, stable: `${name}@champion`, description: '' })
      const { predictions } = await client.endpoints.predict(name, { rows: [...rows] })
      const served = predictions.map(({ probabilities = {} }) =>
        classes.map((each) => probabilities[each] ?? Number.NaN),
      )
      expect(largestError(served, answers)).toBeLessThan(TOLERANCE)
      const labels = answers.map((row) => classes[row.indexOf(Math.max(...row))])
      expect(predictions.map(({ label }) => label)).toEqual(labels)

      const asked = await askInPython(await client.models.archive(name, 1), rows)
      expect(largestError(asked.probabilities, served)).toBeLessThan(TOLERANCE)
      expect(largestError(asked.mlflowProbabilities, answers)).toBeLessThan(TOLERANCE)
      expect(asked.labels).toEqual(labels)
      expect(asked.mlflowLabels).toEqual(labels)
      expect(asked.mlflowInputs).toEqual(version.package?.signature.inputs.map((input) => input.name))
    },
  )

  it('is refused as a pickle, with the lines that convert it', async () => {
    const client = await newHome()
    const { digest } = await client.blobs.write(new Uint8Array(await readFile(await pickled())))
    await expect(client.models.import('dummy', { files: { 'model.onnx': digest } })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      hint: expect.stringContaining('to_onnx(model'),
    })
  })

  it('is refused when its columns are named in the wrong order', async () => {
    const client = await newHome()
    const { digest } = await client.blobs.write(new Uint8Array(await readFile(join(PYTORCH, 'pytorch.onnx'))))
    const read = async (ending: string) => JSON.parse(await readFile(join(PYTORCH, `pytorch.${ending}.json`), 'utf8'))
    const signature = await read('signature')
    const columns = signature.columns.toReversed()
    const body = { files: { 'm.onnx': digest }, signature: { ...signature, columns }, example: await read('rows') }
    await expect(client.models.import('wrong', body)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      hint: expect.stringContaining('order of the columns'),
    })
  })
})
