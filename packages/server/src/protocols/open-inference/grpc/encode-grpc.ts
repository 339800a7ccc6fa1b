import { encodeTensor } from '../encode-tensor.ts'
import { type InferAnswer, standInParameters } from '../outputs.ts'
import type { SelectedOutput } from '../select-outputs.ts'

export type GrpcReply = {
  readonly model: string
  readonly answer: InferAnswer
  readonly id: string | undefined
  readonly outputs: readonly SelectedOutput[]
  /** As the request came: raw contents are answered with raw contents. */
  readonly isRaw: boolean
  /** The stream extension: whether the reply shall say that it is the last one of its request. */
  readonly marksFinal: boolean
}

/** `ModelInferResponse`. */
export function encodeGrpc({ model, answer, id, outputs, isRaw, marksFinal }: GrpcReply): object {
  const tensors = outputs.map(({ output }) => {
    const { name, datatype, columns } = output
    const shape = columns === undefined ? [answer.count] : [answer.count, columns]
    return isRaw ? { name, datatype, shape } : { name, datatype, shape, contents: contentsOf(output, answer) }
  })
  return {
    modelName: model,
    modelVersion: String(answer.served.version),
    ...(id !== undefined && { id }),
    outputs: tensors,
    parameters: parametersOf(answer, marksFinal),
    ...(isRaw && { rawOutputContents: outputs.map(({ output }) => encodeTensor(output, answer)) }),
  }
}

function parametersOf(answer: InferAnswer, marksFinal: boolean): object {
  const texts = Object.entries(standInParameters(answer)).map(([name, text]) => [name, { stringParam: text }])
  return { ...Object.fromEntries(texts), ...(marksFinal && { triton_final_response: { boolParam: true } }) }
}

function contentsOf(output: SelectedOutput['output'], answer: InferAnswer): object {
  if (output.datatype === 'FP32') return { fp32Contents: output.values(answer) }
  if (output.datatype === 'INT64') return { int64Contents: output.values(answer).map(String) }
  return { bytesContents: output.values(answer).map((text) => Buffer.from(text)) }
}
