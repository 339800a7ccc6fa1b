import { RegiaError } from '../kernel/index.ts'
import { type ColumnType, getNumericColumn, getStringColumn, type Table } from '../table/index.ts'
import type { ElementType, OnnxTensor } from './model.ts'

/** A raw column that a graph takes as an input of shape [rows, 1]. */
export type InputColumn = { readonly name: string; readonly type: ColumnType; readonly nullable: boolean }

/** Stands for null in an INT64 input, which has no NaN: the smallest INT64. */
export const NULL_INT64 = -(2n ** 63n)

/** The element types that raw columns have in a graph. */
export type InputElementType = Extract<ElementType, 'float' | 'int64' | 'string' | 'bool'>

/**
 * The element type of a column in a graph, and with it how null is said: float NaN; int and timestamp {@link NULL_INT64};
 * text the empty text (an empty text therefore counts as null); a nullable bool is FLOAT 0, 1 or NaN, since BOOL has no null.
 */
export function inputElementType({ type, nullable }: Pick<InputColumn, 'type' | 'nullable'>): InputElementType {
  if (type === 'string') return 'string'
  if (type === 'bool') return nullable ? 'float' : 'bool'
  return type === 'float' ? 'float' : 'int64'
}

/**
 * The tensors that a graph over raw columns is fed with, one of shape [rows, 1] per input.
 *
 * @throws RegiaError `COLUMN_MISSING`; `COLUMN_TYPE` when a column cannot be told as its input's type; `INVALID_INPUT` for null in a
 * bool column that is not nullable.
 */
export const inputTensors = (table: Table, inputs: readonly InputColumn[]): OnnxTensor[] =>
  inputs.map((input) => inputTensor(table, input))

function inputTensor(table: Table, input: InputColumn): OnnxTensor {
  const { name } = input
  const dims = [table.rowCount, 1]
  const elementType = inputElementType(input)
  if (elementType === 'string') {
    const { codes, categories } = getStringColumn(table, name)
    return { name, elementType, dims, data: Array.from(codes, (code) => categories[code] ?? '') }
  }
  const { values } = getNumericColumn(table, name)
  if (elementType === 'float') return { name, elementType, dims, data: Float32Array.from(values) }
  if (elementType === 'bool') return { name, elementType, dims, data: toBytes(values, name) }
  return { name, elementType, dims, data: toInt64(values, name) }
}

function toBytes(values: Float64Array, name: string): Uint8Array {
  const missing = values.findIndex((value) => Number.isNaN(value))
  if (missing < 0) return Uint8Array.from(values)
  throw new RegiaError('INVALID_INPUT', `Column "${name}" is null, which the model does not take.`, {
    where: `row ${missing}, column "${name}"`,
    hint: 'Send true or false, or train on rows in which it may be null.',
  })
}

// Two 32-bit halves: a BigInt per value would cost ten times as much.
function toInt64(values: Float64Array, name: string): BigInt64Array {
  const data = new BigInt64Array(values.length)
  const halves = new Int32Array(data.buffer)
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!
    if (Number.isNaN(value)) data[row] = NULL_INT64
    else if (Number.isSafeInteger(value)) {
      const high = Math.floor(value / 2 ** 32)
      halves[2 * row] = value - high * 2 ** 32
      halves[2 * row + 1] = high
    } else throw notWhole(value, row, name)
  }
  return data
}

const notWhole = (value: number, row: number, name: string): RegiaError =>
  new RegiaError('COLUMN_TYPE', `Column "${name}" holds whole numbers up to 2^53; got ${value}.`, {
    where: `row ${row}, column "${name}"`,
    hint: 'Round the value, or train the column as float.',
  })
