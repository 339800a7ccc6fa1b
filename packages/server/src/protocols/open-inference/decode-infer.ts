import type { Cell, Clock, Row, Signature, SignatureColumn } from '@regia/core'
import { readElements, readText } from './binary-elements.ts'
import { bindingOf, type Datatype, findDatatype } from './datatype.ts'
import { cellReader, isRounded } from './element-reader.ts'
import type { Elements, InferMessage, TensorMessage } from './infer-message.ts'
import { refusal, show } from './refusal.ts'

/** How the protocol reads an event time: the caller's rule for what is one. */
export type ReadEventTime = (at: unknown, clock: Clock, where: string) => number

export type InferRequest = { readonly id?: string; readonly rows: readonly Row[]; readonly at: number }

type Tensor = { readonly column: SignatureColumn; readonly values: readonly Cell[] }

const MAX_ROWS = 10_000

/**
 * Reads an inference request of the Open Inference Protocol, version 2: one tensor an input column, of shape [n] or [n, 1].
 *
 * Extensions, since a tensor has no null: null is allowed in the JSON of a nullable column, and there NaN and the infinities of other
 * forms mean the same.
 *
 * @throws RegiaError `INVALID_INPUT` that names the tensor, what came and what is expected.
 */
export function decodeInfer(
  { id, parameters, inputs }: InferMessage,
  signature: Signature,
  clock: Clock,
  readTime: ReadEventTime,
): InferRequest {
  const tensors = decodeTensors(inputs, signature)
  if (id !== undefined && typeof id !== 'string') throw refusal('id', `"id" must be text; it is ${show(id)}.`)
  return {
    rows: toRows(tensors),
    at: readTime(parameters.event_time, clock, 'parameters.event_time'),
    ...(id !== undefined && { id }),
  }
}

function decodeTensors(inputs: readonly TensorMessage[], signature: Signature): readonly Tensor[] {
  if (inputs.length === 0) throw refusal('inputs', `There are no inputs. Expected: ${expected(signature)}.`)
  const byName = columnsOf(signature)
  const seen = new Set<string>()
  return inputs.map((input, i) => {
    const { name } = input
    const column = typeof name === 'string' ? byName.get(name) : undefined
    if (!column) {
      throw refusal(`inputs[${i}].name`, `There is no input ${show(name)}. Expected: ${expected(signature)}.`)
    }
    if (seen.has(column.name)) throw refusal(`inputs[${i}]`, `Input "${column.name}" came twice.`)
    seen.add(column.name)
    return { column, values: decodeTensor(input, column) }
  })
}

function decodeTensor(input: TensorMessage, column: SignatureColumn): readonly Cell[] {
  const where = `inputs "${column.name}"`
  const datatype = findDatatype(input.datatype)
  const binding = bindingOf(column)
  if (!datatype || !binding.accepted.includes(datatype.kind)) {
    const text = `Input "${column.name}" came as ${show(input.datatype)}; expected ${binding.datatype}.`
    throw refusal(where, text)
  }
  const rowCount = decodeShape(input.shape, column.name)
  const values = elementsOf(input.elements, column, datatype, rowCount)
  if (values.length !== rowCount) {
    const text = `Input "${column.name}" has shape ${show(input.shape)} but ${values.length} elements; expected ${rowCount}.`
    throw refusal(where, text)
  }
  const cellOf = cellReader(column, datatype)
  return values.map(cellOf)
}

function elementsOf(
  elements: Elements,
  { name }: SignatureColumn,
  datatype: Datatype,
  rowCount: number,
): readonly unknown[] {
  if (elements.form === 'binary') return readElements(name, datatype, elements.bytes, rowCount)
  if (elements.form === 'typed') {
    return Array.from(elements.values, (value, i) => (value instanceof Uint8Array ? readText(name, value, i) : value))
  }
  if (!datatype.isJson) {
    const text = `Input "${name}" came as ${datatype.name} in JSON, which has no form for it.`
    throw refusal(`inputs "${name}"`, text, 'Send it as binary data, or as FP32.')
  }
  const values = flatten(elements.data, name)
  const isExact = datatype.kind === 'integer' && values.some(isRounded)
  return isExact ? flatten(elements.exact(), name) : values
}

function decodeShape(shape: unknown, name: string): number {
  const isShape = Array.isArray(shape) && (shape.length === 1 || (shape.length === 2 && shape[1] === 1))
  const rowCount: unknown = isShape ? shape[0] : undefined
  if (typeof rowCount === 'number' && Number.isInteger(rowCount) && rowCount >= 1 && rowCount <= MAX_ROWS)
    return rowCount
  throw refusal(
    `inputs "${name}".shape`,
    `Input "${name}" has shape ${show(shape)}; expected [n] or [n, 1] with n from 1 to ${MAX_ROWS}.`,
  )
}

function flatten(data: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(data)) {
    throw refusal(`inputs "${name}".data`, `Input "${name}" has data ${show(data)}; expected a list.`)
  }
  return data.some(Array.isArray) ? data.flat() : data
}

function toRows(tensors: readonly Tensor[]): readonly Row[] {
  const first = tensors[0]!
  const rowCount = first.values.length
  const odd = tensors.find(({ values }) => values.length !== rowCount)
  if (odd) {
    const text = `Input "${odd.column.name}" has ${odd.values.length} rows, but "${first.column.name}" has ${rowCount}.`
    throw refusal(`inputs "${odd.column.name}".shape`, text)
  }
  const rows: Record<string, Cell>[] = []
  for (let i = 0; i < rowCount; i++) {
    const row: Record<string, Cell> = {}
    for (const { column, values } of tensors) row[column.name] = values[i]!
    rows.push(row)
  }
  return rows
}

const columnsBySignature = new WeakMap<Signature, ReadonlyMap<string, SignatureColumn>>()

function columnsOf(signature: Signature): ReadonlyMap<string, SignatureColumn> {
  const known = columnsBySignature.get(signature)
  if (known) return known
  const columns = new Map(signature.inputs.map((column) => [column.name, column]))
  columnsBySignature.set(signature, columns)
  return columns
}

const expected = (signature: Signature): string =>
  signature.inputs.map((column) => `"${column.name}" (${bindingOf(column).datatype})`).join(', ')
