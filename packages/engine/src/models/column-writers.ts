import { type Cell, inputElementType, NULL_INT64, parseTimestamp, type SignatureColumn } from '@regia/core'
import type { InputValues } from './model-session.ts'

/** Writes JSON cells of one column into the tensor data that its graph input takes. */
export type ColumnWriter = {
  /** Makes room for so many rows in all. */
  readonly reserve: (rowCount: number) => void
  /** @returns false when the cell does not fit the column's type. */
  readonly write: (row: number, cell: Exclude<Cell, null>) => boolean
  /** @returns false when the column may not be null. */
  readonly writeNull: (row: number) => boolean
  readonly values: (rowCount: number) => InputValues
}

/** The last millisecond that a date can name, either side of 1970 (ECMAScript §21.4.1). */
const MAX_TIME_MS = 8.64e15
/** From here on a number rounds to infinity as a 32-bit float. */
const FLOAT32_OVERFLOW = 3.4028235677973366e38
const TWO_32 = 2 ** 32

/** The writer for a column, by the element type in which the graph takes it. */
export function createColumnWriter(column: SignatureColumn, capacity: number): ColumnWriter {
  const elementType = inputElementType(column)
  if (elementType === 'string') return textWriter(column)
  if (elementType === 'int64') return wholeWriter(column, capacity)
  if (elementType === 'bool') return boolWriter(capacity)
  return floatWriter(column, capacity)
}

function floatWriter({ type, nullable }: SignatureColumn, capacity: number): ColumnWriter {
  let values = new Float32Array(capacity)
  const isBool = type === 'bool'
  return {
    reserve: (rowCount) => {
      values = withRoom(values, rowCount, (size) => new Float32Array(size))
    },
    write: (row, cell) => {
      if (isBool) return writeBool(values, row, cell)
      if (typeof cell !== 'number' || !(Math.abs(cell) < FLOAT32_OVERFLOW)) return false
      values[row] = cell
      return true
    },
    writeNull: (row) => {
      values[row] = Number.NaN
      return nullable
    },
    values: (rowCount) => values.subarray(0, rowCount),
  }
}

function boolWriter(capacity: number): ColumnWriter {
  let values = new Uint8Array(capacity)
  return {
    reserve: (rowCount) => {
      values = withRoom(values, rowCount, (size) => new Uint8Array(size))
    },
    write: (row, cell) => writeBool(values, row, cell),
    writeNull: () => false,
    values: (rowCount) => values.subarray(0, rowCount),
  }
}

/** Whole numbers and times, written as two halves: a BigInt for each would be garbage on the hot path. */
function wholeWriter({ type, nullable }: SignatureColumn, capacity: number): ColumnWriter {
  let values = new BigInt64Array(capacity)
  let halves = new Int32Array(values.buffer)
  const read = type === 'timestamp' ? timeOf : wholeOf
  return {
    reserve: (rowCount) => {
      values = withRoom(values, rowCount, (size) => new BigInt64Array(size))
      if (halves.buffer !== values.buffer) halves = new Int32Array(values.buffer)
    },
    write: (row, cell) => {
      const value = read(cell)
      if (value === undefined) return false
      const high = Math.floor(value / TWO_32)
      halves[2 * row] = value - high * TWO_32
      halves[2 * row + 1] = high
      return true
    },
    writeNull: (row) => {
      values[row] = NULL_INT64
      return nullable
    },
    values: (rowCount) => values.subarray(0, rowCount),
  }
}

function textWriter({ nullable }: SignatureColumn): ColumnWriter {
  const values: string[] = []
  return {
    reserve: () => undefined,
    write: (row, cell) => {
      // The runtime would cut the text at a NUL and look up another category.
      if (typeof cell !== 'string' || cell.includes('\0')) return false
      values[row] = cell
      return true
    },
    writeNull: (row) => {
      values[row] = ''
      return nullable
    },
    values: (rowCount) => {
      values.length = rowCount
      return values
    },
  }
}

function writeBool(values: Float32Array | Uint8Array, row: number, cell: Exclude<Cell, null>): boolean {
  if (typeof cell !== 'boolean' && cell !== 0 && cell !== 1) return false
  values[row] = Number(cell)
  return true
}

const wholeOf = (cell: Exclude<Cell, null>): number | undefined =>
  typeof cell === 'number' && Number.isSafeInteger(cell) ? cell : undefined

function timeOf(cell: Exclude<Cell, null>): number | undefined {
  if (typeof cell === 'string') return parseTimestamp(cell)
  return typeof cell === 'number' && Number.isSafeInteger(cell) && Math.abs(cell) <= MAX_TIME_MS ? cell : undefined
}

type Growable = Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>

function withRoom<Values extends Growable>(
  values: Values,
  rowCount: number,
  make: (capacity: number) => Values,
): Values {
  if (rowCount <= values.length) return values
  const larger = make(Math.max(rowCount, values.length * 2))
  if (larger instanceof BigInt64Array && values instanceof BigInt64Array) larger.set(values)
  else if (!(larger instanceof BigInt64Array) && !(values instanceof BigInt64Array)) larger.set(values)
  return larger
}
