import type { Signature } from '@regia/core'
import { parseJson, type WireRequest } from '../../http/wire-message.ts'
import { findDatatype } from './datatype.ts'
import type { Elements, InferMessage, JsonRecord, OutputMessage, TensorMessage } from './infer-message.ts'
import { inputSlots } from './input-slots.ts'
import { isRecord, refusal, show } from './refusal.ts'

/** Says that a body begins with so many bytes of JSON, and that tensors follow. */
export const JSON_LENGTH_HEADER = 'inference-header-content-length'

const BINARY_HINT = 'See the binary tensor data extension of the Open Inference Protocol.'

/**
 * Reads the body of `POST …/infer`: JSON; JSON with the tensors after it; or one tensor without any JSON.
 *
 * @throws RegiaError `INVALID_INPUT`.
 */
export function readRest(request: WireRequest, signature: Signature): InferMessage {
  const length = jsonLength(request)
  if (length === 0) return readRaw(request.body, signature)
  const json = request.body.subarray(0, length)
  const tensors = length === undefined ? undefined : new Pieces(request.body.subarray(length))
  const message = readJson(json, tensors)
  tensors?.assertUsedUp()
  return message
}

/** The length that the header names; absent where the whole body is JSON. */
function jsonLength({ headers, body }: WireRequest): number | undefined {
  const text = headers[JSON_LENGTH_HEADER]
  if (text === undefined) return undefined
  const length = typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (length <= body.byteLength) return length
  throw refusal(
    'header Inference-Header-Content-Length',
    `The header Inference-Header-Content-Length is ${show(text)}; the body has ${body.byteLength} bytes.`,
    BINARY_HINT,
  )
}

/** The tensors after the JSON, one after the other. */
class Pieces {
  readonly #bytes: Uint8Array
  #taken = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  take(name: unknown, size: unknown): Uint8Array {
    const left = this.#bytes.byteLength - this.#taken
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || size > left) {
      throw refusal(
        `inputs ${show(name)}.parameters.binary_data_size`,
        `Input ${show(name)} has binary_data_size ${show(size)}; ${left} bytes are left after the JSON.`,
        BINARY_HINT,
      )
    }
    this.#taken += size
    return this.#bytes.subarray(this.#taken - size, this.#taken)
  }

  assertUsedUp(): void {
    const left = this.#bytes.byteLength - this.#taken
    if (left === 0) return
    throw refusal('body', `${left} bytes after the JSON belong to no input.`, BINARY_HINT)
  }
}

function readJson(json: Uint8Array, tensors: Pieces | undefined): InferMessage {
  const body = parseJson(json)
  if (!isRecord(body)) throw refusal('body', 'The body must be an object with "inputs".')
  const { id, parameters, inputs = [], outputs } = body
  if (!Array.isArray(inputs)) throw refusal('inputs', `"inputs" must be a list of tensors; it is ${show(inputs)}.`)
  const exact = exactInputs(json)
  return {
    ...(id !== undefined && { id }),
    parameters: recordOf(parameters, 'parameters'),
    inputs: inputs.map((input: unknown, i) => readInput(input, i, tensors, exact)),
    ...(outputs !== undefined && { outputs: readOutputs(outputs) }),
  }
}

function readInput(
  input: unknown,
  place: number,
  tensors: Pieces | undefined,
  exact: (place: number) => unknown,
): TensorMessage {
  if (!isRecord(input)) throw refusal(`inputs[${place}]`, `An input must be an object; it is ${show(input)}.`)
  const { name, datatype, shape, data } = input
  const parameters = recordOf(input.parameters, `inputs ${show(name)}.parameters`)
  return { name, datatype, shape, elements: elementsOf() }

  function elementsOf(): Elements {
    if (parameters.shared_memory_region !== undefined) throw sharedMemory(`Input ${show(name)}`)
    const size = parameters.binary_data_size
    if (size === undefined) return { form: 'json', data, exact: () => exact(place) }
    if (data !== undefined) {
      throw refusal(`inputs ${show(name)}`, `Input ${show(name)} has both "data" and "binary_data_size".`, BINARY_HINT)
    }
    if (tensors) return { form: 'binary', bytes: tensors.take(name, size) }
    throw refusal(
      `inputs ${show(name)}.parameters.binary_data_size`,
      `Input ${show(name)} has binary_data_size ${show(size)}, but the header Inference-Header-Content-Length is missing.`,
      BINARY_HINT,
    )
  }
}

function readOutputs(outputs: unknown): readonly OutputMessage[] {
  if (!Array.isArray(outputs)) throw refusal('outputs', `"outputs" must be a list; it is ${show(outputs)}.`)
  return outputs.map((output: unknown, i) => {
    if (!isRecord(output) || typeof output.name !== 'string') {
      throw refusal(`outputs[${i}]`, `An output must be an object with a name; it is ${show(output)}.`)
    }
    const parameters = recordOf(output.parameters, `outputs[${i}].parameters`)
    if (parameters.shared_memory_region !== undefined) throw sharedMemory(`Output ${show(output.name)}`)
    return { name: output.name, parameters }
  })
}

const sharedMemory = (what: string) =>
  refusal('parameters.shared_memory_region', `${what} names a shared memory region; there are none here.`, BINARY_HINT)

/** The data of the inputs again, with the integers that a double would round as bigint. Asked for only where there is one. */
function exactInputs(json: Uint8Array): (place: number) => unknown {
  let inputs: readonly { readonly data?: unknown }[] | undefined
  return (place) => {
    inputs ??= JSON.parse(Buffer.from(json).toString('utf8'), exactInteger).inputs as NonNullable<typeof inputs>
    return inputs[place]?.data
  }
}

function exactInteger(this: unknown, _key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const isExact = typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
  return isExact ? BigInt(context?.source ?? 0) : value
}

/**
 * One tensor and nothing else: the rows of a model's only input, or one text as it is. All outputs come back as binary data.
 *
 * @throws RegiaError `INVALID_INPUT` where the model has more inputs.
 */
function readRaw(bytes: Uint8Array, signature: Signature): InferMessage {
  const { listed } = inputSlots(signature)
  const [slot, ...others] = listed
  if (!slot || others.length > 0) {
    throw refusal(
      'header Inference-Header-Content-Length',
      `The header Inference-Header-Content-Length is 0, but the model has ${listed.length} inputs.`,
      'Only a model with one input takes a tensor without JSON before it.',
    )
  }
  const { name, datatype, columns } = slot
  const isText = datatype === 'BYTES'
  const size = findDatatype(datatype)?.sizeBytes ?? 1
  const width = columns.length
  if (bytes.byteLength % (size * width) !== 0 && !isText) {
    const row = width === 1 ? `an element of ${datatype}` : `a row of ${width} elements of ${datatype}`
    throw refusal('body', `The body has ${bytes.byteLength} bytes; ${row} has ${size * width}.`, BINARY_HINT)
  }
  const rowCount = isText ? 1 : bytes.byteLength / size / width
  return {
    parameters: { binary_data_output: true },
    inputs: [
      {
        ...{ name, datatype },
        shape: width === 1 ? [rowCount] : [rowCount, width],
        elements: isText ? { form: 'typed', values: [bytes] } : { form: 'binary', bytes },
      },
    ],
  }
}

const recordOf = (value: unknown, where: string): JsonRecord => {
  if (value === undefined) return {}
  if (isRecord(value)) return value
  throw refusal(where, `"parameters" must be an object; it is ${show(value)}.`)
}
