import * as ort from 'onnxruntime-node'
import { type InputColumn, inputTensors, type OnnxTensor } from '../../../packages/core/src/onnx/index.ts'
import type { Table } from '../../../packages/core/src/table/index.ts'

const TYPE_OF = { float: 'float32', int64: 'int64', string: 'string', bool: 'bool' } as const

/** Opens a graph in the real onnxruntime, on one thread. */
export const openSession = (bytes: Uint8Array): Promise<ort.InferenceSession> =>
  ort.InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 })

/** Runs a graph over the rows of a table. */
export async function runOnTable(session: ort.InferenceSession, table: Table, inputs: readonly InputColumn[]) {
  const tensors = inputTensors(table, inputs).map((tensor) => [tensor.name, toOrt(tensor)] as const)
  const outputs = await session.run(Object.fromEntries(tensors))
  return {
    labels: outputs.label ? [...(outputs.label.data as unknown as readonly string[])] : [],
    values: Array.from((outputs.probabilities ?? outputs.prediction)!.data as Float32Array),
  }
}

function toOrt(tensor: OnnxTensor): ort.Tensor {
  if (tensor.elementType === 'string') return new ort.Tensor('string', [...tensor.data], tensor.dims)
  if (tensor.elementType in TYPE_OF) {
    return new ort.Tensor(TYPE_OF[tensor.elementType as keyof typeof TYPE_OF], tensor.data as Float32Array, tensor.dims)
  }
  throw new Error(`unreachable: inputs are never ${tensor.elementType}`)
}
