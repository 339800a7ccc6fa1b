import { type Cell, type Clock, RegiaError, type Row, type Signature, type SignatureColumn } from '@regia/core'
import { bindingOf } from './datatype.ts'

/** How the protocol reads an event time: the caller's rule for what is one. */
export type ReadEventTime = (at: unknown, clock: Clock, where: string) => number

export type InferRequest = {
  readonly id?: string
  readonly rows: readonly Row[]
  readonly at: number
  /** Names of the outputs asked for; all where absent. */
  readonly outputs?: readonly string[]
}

type JsonRecord = { readonly [key: string]: unknown }
type Tensor = { readonly column: SignatureColumn; readonly values: readonly Cell[] }

const MAX_ROWS = 10_000

/**
 * Reads an inference request of the Open Inference Protocol, version 2: one tensor an input column, of shape [n] or [n, 1], flat or nested.
 *
 * An extension, since NaN is not JSON: null is allowed in the data of a nullable column.
 *
 * @throws RegiaError `INVALID_INPUT` that names the tensor, what came and what is expected.
 */
export function decodeInfer(body: unknown, signature: Signature, clock: Clock, readTime: ReadEventTime): InferRequest {
  if (!isRecord(body)) throw invalid('body', 'The body must be an object with "inputs".')
  const tensors = decodeTensors(body.inputs, signature)
  const parameters = isRecord(body.parameters) ? body.parameters : {}
  const outputs = decodeOutputs(body.outputs)
  const { id } = body
  if (id !== undefined && typeof id !== 'string') throw invalid('id', `"id" must be text; it is ${show(id)}.`)
  return {
    rows: toRows(tensors),
    at: readTime(parameters.event_time, clock, 'parameters.event_time'),
    ...(id !== undefined && { id }),
    ...(outputs && { outputs }),
  }
}

function decodeTensors(inputs: unknown, signature: Signature): readonly Tensor[] {
  if (!Array.isArray(inputs) || inputs.length === 0) {
    throw invalid(
      'inputs',
      `"inputs" must be a list of tensors; it is ${show(inputs)}. Expected: ${expected(signature)}.`,
    )
  }
  const byName = new Map(signature.inputs.map((column) => [column.name, column]))
  const seen = new Set<string>()
  return inputs.map((input: unknown, i) => {
    if (!isRecord(input)) throw invalid(`inputs[${i}]`, `An input must be an object; it is ${show(input)}.`)
    const { name } = input
    const column = typeof name === 'string' ? byName.get(name) : undefined
    if (!column)
      throw invalid(`inputs[${i}].name`, `There is no input ${show(name)}. Expected: ${expected(signature)}.`)
    if (seen.has(column.name)) throw invalid(`inputs[${i}]`, `Input "${column.name}" came twice.`)
    seen.add(column.name)
    return { column, values: decodeTensor(input, column) }
  })
}

function decodeTensor(input: JsonRecord, column: SignatureColumn): readonly Cell[] {
  const binding = bindingOf(column)
  const where = `inputs "${column.name}"`
  const { datatype, shape, data } = input
  if (typeof datatype !== 'string' || !binding.accepted.includes(datatype)) {
    throw invalid(where, `Input "${column.name}" came as ${show(datatype)}; expected ${binding.datatype}.`)
  }
  const rowCount = decodeShape(shape, column.name)
  const values = flatten(data, column.name)
  if (values.length !== rowCount) {
    const text = `Input "${column.name}" has shape ${show(shape)} but ${values.length} elements; expected ${rowCount}.`
    throw invalid(where, text)
  }
  return values.map((value, i) => {
    if (value === null && column.nullable) return null
    const cell = binding.element(value)
    if (cell !== undefined) return cell
    const hint = value === null ? ' The column is not nullable.' : ''
    throw invalid(`${where}[${i}]`, `Input "${column.name}" holds ${show(value)}; expected ${datatype}.${hint}`)
  })
}

function decodeShape(shape: unknown, name: string): number {
  const isShape = Array.isArray(shape) && (shape.length === 1 || (shape.length === 2 && shape[1] === 1))
  const rowCount: unknown = isShape ? shape[0] : undefined
  if (typeof rowCount === 'number' && Number.isInteger(rowCount) && rowCount >= 1 && rowCount <= MAX_ROWS)
    return rowCount
  throw invalid(
    `inputs "${name}".shape`,
    `Input "${name}" has shape ${show(shape)}; expected [n] or [n, 1] with n from 1 to ${MAX_ROWS}.`,
  )
}

function flatten(data: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(data)) {
    throw invalid(`inputs "${name}".data`, `Input "${name}" has data ${show(data)}; expected a list.`)
  }
  return data.some(Array.isArray) ? data.flat() : data
}

function toRows(tensors: readonly Tensor[]): readonly Row[] {
  const first = tensors[0]!
  const rowCount = first.values.length
  const odd = tensors.find(({ values }) => values.length !== rowCount)
  if (odd) {
    const text = `Input "${odd.column.name}" has ${odd.values.length} rows, but "${first.column.name}" has ${rowCount}.`
    throw invalid(`inputs "${odd.column.name}".shape`, text)
  }
  const rows: Record<string, Cell>[] = []
  for (let i = 0; i < rowCount; i++) {
    const row: Record<string, Cell> = {}
    for (const { column, values } of tensors) row[column.name] = values[i]!
    rows.push(row)
  }
  return rows
}

function decodeOutputs(outputs: unknown): readonly string[] | undefined {
  if (outputs === undefined) return undefined
  if (!Array.isArray(outputs)) throw invalid('outputs', `"outputs" must be a list; it is ${show(outputs)}.`)
  return outputs.map((output: unknown, i) => {
    const name = isRecord(output) ? output.name : undefined
    if (typeof name === 'string') return name
    throw invalid(`outputs[${i}]`, `An output must be an object with a name; it is ${show(output)}.`)
  })
}

const expected = (signature: Signature): string =>
  signature.inputs.map((column) => `"${column.name}" (${bindingOf(column).datatype})`).join(', ')

const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What came, in a few words; of what may be nested without end only the kind. */
function show(value: unknown): string {
  const isFlat = Array.isArray(value) && value.length <= 8 && value.every((item) => typeof item !== 'object')
  if (typeof value === 'object' && value !== null && !isFlat) return Array.isArray(value) ? 'a list' : 'an object'
  return JSON.stringify(value)?.slice(0, 80) ?? 'absent'
}

const invalid = (where: string, message: string): RegiaError =>
  new RegiaError('INVALID_INPUT', message, {
    where,
    hint: 'GET the model’s metadata for its inputs and outputs.',
  })
