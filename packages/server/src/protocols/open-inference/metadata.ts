import type { Signature } from '@regia/core'
import { inputSlots } from './input-slots.ts'
import { outputsOf } from './outputs.ts'

const ANY_ROWS = -1

/** The answer of `GET /v2/models/NAME`. Rows are the first dimension of every tensor. */
export const modelMetadata = (name: string, version: number, signature: Signature) => ({
  name,
  versions: [String(version)],
  platform: 'onnx_onnxv1',
  inputs: inputSlots(signature).listed.map(({ name: input, datatype, columns, isMatrix }) => ({
    name: input,
    datatype,
    shape: isMatrix ? [ANY_ROWS, columns.length] : [ANY_ROWS],
  })),
  outputs: outputsOf(signature).map(({ name: output, datatype, columns }) => ({
    name: output,
    datatype,
    shape: columns === undefined ? [ANY_ROWS] : [ANY_ROWS, columns],
  })),
})
