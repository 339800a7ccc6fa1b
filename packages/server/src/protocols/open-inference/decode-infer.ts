import type { Cell, Clock, Row, Signature, SignatureColumn } from '@regia/core'
import { readElements, readText } from './binary-elements.ts'
import { type Datatype, findDatatype } from './datatype.ts'
import { cellReader, isRounded } from './element-reader.ts'
import type { Elements, InferMessage, TensorMessage } from './infer-message.ts'
import { type InputSlot, inputSlots, slotText } from './input-slots.ts'
import { refusal, show } from './refusal.ts'

/** How the protocol reads an event time: the caller's rule for what is one. */
export type ReadEventTime = (at: unknown, clock: Clock, where: string) => number

export type InferRequest = { readonly id?: string; readonly rows: readonly Row[]; readonly at: number }

/** What came for a column, whether by itself or in a tensor of several. */
type ColumnValues = { readonly column: SignatureColumn; readonly values: readonly Cell[]; readonly input: string }

const MAX_ROWS = 10_000

/**
 * Reads an inference request of the Open Inference Protocol, version 2: one tensor an input column, of shape [n] or [n, 1]; or
 * the tensors that the model's graph had before it was imported, of shape [n, columns].
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

function decodeTensors(inputs: readonly TensorMessage[], signature: Signature): readonly ColumnValues[] {
  if (inputs.length === 0) throw refusal('inputs', `There are no inputs. Expected: ${expected(signature)}.`)
  const { byName } = inputSlots(signature)
  const seen = new Set<InputSlot>()
  return inputs.flatMap((input, i) => {
    const { name } = input
    const slot = typeof name === 'string' ? byName.get(name) : undefined
    if (!slot) {
      throw refusal(`inputs[${i}].name`, `There is no input ${show(name)}. Expected: ${expected(signature)}.`)
    }
    if (seen.has(slot)) throw refusal(`inputs[${i}]`, `Input "${slot.name}" came twice.`)
    seen.add(slot)
    assertNotMixed(slot, seen, i)
    return decodeTensor(input, slot)
  })
}

function assertNotMixed(slot: InputSlot, seen: ReadonlySet<InputSlot>, place: number): void {
  if (slot.kind === 'either') return
  const other = [...seen].find(({ kind }) => kind !== 'either' && kind !== slot.kind)
  if (!other) return
  const [tensor, column] = slot.kind === 'tensor' ? [slot, other] : [other, slot]
  throw refusal(
    `inputs[${place}]`,
    `Input "${tensor.name}" is a tensor of several columns and "${column.name}" a column by itself; they came together.`,
    'Send the tensors as the metadata lists them, or one tensor for each column.',
  )
}

function decodeTensor(input: TensorMessage, slot: InputSlot): readonly ColumnValues[] {
  const { name, columns } = slot
  const where = `inputs "${name}"`
  const datatype = findDatatype(input.datatype)
  if (!datatype || !slot.accepted.includes(datatype.kind)) {
    throw refusal(where, `Input "${name}" came as ${show(input.datatype)}; expected ${slot.datatype}.`)
  }
  const rowCount = decodeShape(input.shape, slot)
  const count = rowCount * columns.length
  const values = elementsOf(input.elements, name, datatype, count)
  if (values.length !== count) {
    const text = `Input "${name}" has shape ${show(input.shape)} but ${values.length} elements; expected ${count}.`
    throw refusal(where, text)
  }
  if (slot.kind !== 'tensor') {
    const [column] = columns
    return column ? [{ input: name, column, values: values.map(cellReader(column, datatype)) }] : []
  }
  return columns.map((column, place) => {
    const cellOf = cellReader(column, datatype, { tensor: name, place })
    const cells = Array.from({ length: rowCount }, (_, i) => cellOf(values[i * columns.length + place], i))
    return { input: name, column, values: cells }
  })
}

function elementsOf(elements: Elements, name: string, datatype: Datatype, count: number): readonly unknown[] {
  if (elements.form === 'binary') return readElements(name, datatype, elements.bytes, count)
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

/** How many rows a shape makes. A single column may come with one dimension or two. */
function decodeShape(shape: unknown, { name, columns: { length: width } }: InputSlot): number {
  const isShape =
    Array.isArray(shape) && ((shape.length === 1 && width === 1) || (shape.length === 2 && shape[1] === width))
  const rowCount: unknown = isShape ? shape[0] : undefined
  if (typeof rowCount === 'number' && Number.isInteger(rowCount) && rowCount >= 1 && rowCount <= MAX_ROWS)
    return rowCount
  throw refusal(
    `inputs "${name}".shape`,
    `Input "${name}" has shape ${show(shape)}; expected ${width === 1 ? '[n] or [n, 1]' : `[n, ${width}]`} with n from 1 to ${MAX_ROWS}.`,
  )
}

function flatten(data: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(data)) {
    throw refusal(`inputs "${name}".data`, `Input "${name}" has data ${show(data)}; expected a list.`)
  }
  return data.some(Array.isArray) ? data.flat() : data
}

function toRows(tensors: readonly ColumnValues[]): readonly Row[] {
  const first = tensors[0]!
  const rowCount = first.values.length
  const odd = tensors.find(({ values }) => values.length !== rowCount)
  if (odd) {
    const text = `Input "${odd.input}" has ${odd.values.length} rows, but "${first.input}" has ${rowCount}.`
    throw refusal(`inputs "${odd.input}".shape`, text)
  }
  const rows: Record<string, Cell>[] = []
  for (let i = 0; i < rowCount; i++) {
    const row: Record<string, Cell> = {}
    for (const { column, values } of tensors) row[column.name] = values[i]!
    rows.push(row)
  }
  return rows
}

const expected = (signature: Signature): string => inputSlots(signature).listed.map(slotText).join(', ')
