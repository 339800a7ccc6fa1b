import type { Signature } from '@regia/core'
import { modelMetadata } from './metadata.ts'

/** The model configuration extension: tensors with their whole shape, since rows are no dimension apart from it. */
export function modelConfig(name: string, version: number, signature: Signature) {
  const { inputs, outputs } = modelMetadata(name, version, signature)
  return {
    name,
    platform: 'onnxruntime_onnx',
    backend: 'onnxruntime',
    version_policy: { specific: { versions: [version] } },
    max_batch_size: 0,
    input: inputs.map(tensor),
    output: outputs.map(tensor),
    default_model_filename: 'model.onnx',
  }
}

type Tensor = { readonly name: string; readonly datatype: string; readonly shape: readonly number[] }

const tensor = ({ name, datatype, shape }: Tensor) => ({
  name,
  data_type: datatype === 'BYTES' ? 'TYPE_STRING' : `TYPE_${datatype}`,
  dims: shape,
})

/** Their numbers in `DataType` of model_config.proto. */
export const DATA_TYPE_NUMBERS: Readonly<Record<string, number>> = {
  TYPE_BOOL: 1,
  TYPE_UINT8: 2,
  TYPE_UINT16: 3,
  TYPE_UINT32: 4,
  TYPE_UINT64: 5,
  TYPE_INT8: 6,
  TYPE_INT16: 7,
  TYPE_INT32: 8,
  TYPE_INT64: 9,
  TYPE_FP16: 10,
  TYPE_FP32: 11,
  TYPE_FP64: 12,
  TYPE_STRING: 13,
  TYPE_BF16: 14,
}
