import { findDatatype } from '../datatype.ts'
import type { Elements, InferMessage, JsonRecord } from '../infer-message.ts'
import { refusal, show } from '../refusal.ts'

/** A parameter: one of these fields. */
type Parameter = { readonly [choice: string]: boolean | string | number }
type Parameters = { readonly [name: string]: Parameter }

type Contents = {
  readonly boolContents: readonly boolean[]
  readonly intContents: readonly number[]
  readonly int64Contents: readonly string[]
  readonly uintContents: readonly number[]
  readonly uint64Contents: readonly string[]
  readonly fp32Contents: readonly number[]
  readonly fp64Contents: readonly number[]
  readonly bytesContents: readonly Uint8Array[]
}

/** `ModelInferRequest` as it was decoded. */
export type GrpcInferRequest = {
  readonly modelName: string
  readonly modelVersion: string
  readonly id: string
  readonly parameters: Parameters
  readonly inputs: readonly GrpcTensor[]
  readonly outputs: readonly { readonly name: string; readonly parameters: Parameters }[]
  readonly rawInputContents: readonly Uint8Array[]
}

type GrpcTensor = {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly string[]
  readonly parameters: Parameters
  readonly contents: Contents | null
}

/**
 * Reads `ModelInferRequest`: elements in lists of their type, or all of them raw.
 *
 * @throws RegiaError `INVALID_INPUT` where some are raw and some are not, or a list is of another type.
 */
export function readGrpc({ id, parameters, inputs, outputs, rawInputContents }: GrpcInferRequest): InferMessage {
  const isRaw = rawInputContents.length > 0
  if (isRaw && rawInputContents.length !== inputs.length) {
    const text = `There are ${inputs.length} inputs and ${rawInputContents.length} raw contents.`
    throw refusal('raw_input_contents', text, 'Send one for each input, in their order, or none.')
  }
  return {
    ...(id !== '' && { id }),
    parameters: readParameters(parameters),
    inputs: inputs.map((input, i) => ({
      name: input.name,
      datatype: input.datatype,
      shape: input.shape.map(Number),
      elements: elementsOf(input, rawInputContents[i]),
    })),
    ...(outputs.length > 0 && {
      outputs: outputs.map((output) => ({ name: output.name, parameters: readParameters(output.parameters) })),
    }),
  }
}

function elementsOf(input: GrpcTensor, raw: Uint8Array | undefined): Elements {
  if (input.parameters.shared_memory_region) {
    throw refusal(`inputs "${input.name}"`, `Input "${input.name}" names shared memory; there is none here.`)
  }
  const filled = Object.entries(input.contents ?? {}).filter(([, values]) => values.length > 0)
  if (raw) {
    if (filled.length === 0) return { form: 'binary', bytes: raw }
    throw refusal(`inputs "${input.name}"`, `Input "${input.name}" has both contents and raw contents.`, ONE_FORM)
  }
  const list = LISTS[input.datatype]
  if (!list) throw noList(input)
  const other = filled.find(([name]) => name !== list)
  if (other) {
    const text = `Input "${input.name}" of ${input.datatype} has ${wireName(other[0])}; expected ${wireName(list)}.`
    throw refusal(`inputs "${input.name}".contents`, text, ONE_FORM)
  }
  const { contents } = input
  if (!contents) return { form: 'typed', values: [] }
  const isText64 = list === 'int64Contents' || list === 'uint64Contents'
  return { form: 'typed', values: isText64 ? contents[list].map(whole) : contents[list] }
}

const ONE_FORM = 'Send the elements in the list of their datatype, or all inputs as raw contents.'

/** The list in which elements of a datatype come; the 16-bit floats have none. */
const LISTS: Readonly<Record<string, keyof Contents>> = {
  BOOL: 'boolContents',
  INT8: 'intContents',
  INT16: 'intContents',
  INT32: 'intContents',
  INT64: 'int64Contents',
  UINT8: 'uintContents',
  UINT16: 'uintContents',
  UINT32: 'uintContents',
  UINT64: 'uint64Contents',
  FP32: 'fp32Contents',
  FP64: 'fp64Contents',
  BYTES: 'bytesContents',
}

const wireName = (list: string): string => list.replace('Contents', '_contents')

function whole(text: string): number | bigint {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : BigInt(text)
}

const noList = ({ name, datatype }: GrpcTensor) =>
  findDatatype(datatype)
    ? refusal(
        `inputs "${name}"`,
        `Input "${name}" came as ${datatype} without raw contents.`,
        'Send it as raw contents.',
      )
    : refusal(`inputs "${name}".datatype`, `Input "${name}" came as ${show(datatype)}, which is no datatype.`)

/** 64-bit numbers come as text; as parameters they are small. */
export function readParameters(parameters: Parameters): JsonRecord {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => {
      const [choice, held] = Object.entries(value)[0] ?? []
      return [name, choice === 'int64Param' || choice === 'uint64Param' ? Number(held) : held]
    }),
  )
}
