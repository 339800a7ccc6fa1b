import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { importSignatureSchema, type Row } from '@regia/core'
import { packageOnnxFile } from '@regia/engine'

/** Graphs of one tensor "X" of 20 columns, and what onnxruntime in Python says of some rows. */
const FOLDER = fileURLToPath(new URL('../../../../tests/reference/graph-tensors/', import.meta.url))

type Expected = {
  readonly rows: readonly (readonly (number | null)[])[]
  readonly classifier: { readonly label: readonly number[]; readonly probabilities: readonly number[][] }
  readonly zipped: { readonly output_label: readonly number[]; readonly output_probability: readonly number[][] }
  readonly regressor: { readonly variable: readonly number[][] }
}

export const graphTensors: Expected = JSON.parse(readFileSync(`${FOLDER}expected.json`, 'utf8'))

type GraphName = 'classifier' | 'zipped' | 'regressor'

/** The file as scikit-learn's converter wrote it. */
export const graphPath = (name: GraphName): string => `${FOLDER}${name}.onnx`

const names = Array.from({ length: 20 }, (_, i) => `f${i}`)

/** The same rows by the columns that an import makes of the tensor. */
export const graphRows = (): Row[] =>
  graphTensors.rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i] ?? null])))

/** A graph as `regia models import` packages it, every column but f0 nullable. */
export const packageGraph = (name: GraphName): Promise<Uint8Array> =>
  packageOnnxFile({
    files: { 'model.onnx': graphPath(name) },
    signature: importSignatureSchema.parse({
      columns: names.map((column) => ({ name: column, nullable: column !== 'f0' })),
    }),
  })
