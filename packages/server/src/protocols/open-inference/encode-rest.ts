import type { WireReply } from '../../http/wire-message.ts'
import { encodeTensor } from './encode-tensor.ts'
import { type InferAnswer, type Output, standInParameters } from './outputs.ts'
import { JSON_LENGTH_HEADER } from './read-rest.ts'
import type { SelectedOutput } from './select-outputs.ts'

/** The reply of `POST …/infer`: JSON, and after it the outputs that were asked for as binary data. */
export function encodeRest(
  model: string,
  answer: InferAnswer,
  id: string | undefined,
  outputs: readonly SelectedOutput[],
): WireReply {
  const pieces: Uint8Array[] = []
  let text = `{"model_name":"${model}","model_version":"${answer.served.version}"`
  if (id !== undefined) text += `,"id":${JSON.stringify(id)}`
  if (answer.servedBy !== undefined) text += `,"parameters":${JSON.stringify(standInParameters(answer))}`
  text += ',"outputs":['
  for (let i = 0; i < outputs.length; i++) {
    const { output, isBinary } = outputs[i]!
    text += `${i === 0 ? '' : ','}${headOf(output, answer)}`
    if (isBinary) {
      const bytes = encodeTensor(output, answer)
      pieces.push(bytes)
      text += `"parameters":{"binary_data_size":${bytes.byteLength}}}`
    } else text += `"data":[${jsonOf(output, answer)}]}`
  }
  text += ']}'
  return outputs.some(({ isBinary }) => isBinary) ? withTensors(text, pieces) : { body: text }
}

function withTensors(text: string, pieces: readonly Uint8Array[]): WireReply {
  const json = Buffer.from(text)
  return {
    body: Buffer.concat([json, ...pieces]),
    headers: { 'content-type': 'application/octet-stream', [JSON_LENGTH_HEADER]: String(json.byteLength) },
  }
}

function headOf({ name, datatype, columns }: Output, { count }: InferAnswer): string {
  const shape = columns === undefined ? count : `${count},${columns}`
  return `{"name":${JSON.stringify(name)},"datatype":"${datatype}","shape":[${shape}],`
}

function jsonOf(output: Output, answer: InferAnswer): string {
  if (output.datatype === 'BYTES') return output.values(answer).map(quoted).join(',')
  const text = output.values(answer).join(',')
  // NaN and the infinities are not JSON; here, as in requests, null stands for them.
  return /[NI]/.test(text) ? text.replace(/NaN|-?Infinity/g, 'null') : text
}

const quoted = (text: string): string => JSON.stringify(text)
