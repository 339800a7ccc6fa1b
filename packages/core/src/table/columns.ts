import { RegiaError } from '../kernel/index.ts'
import type { Column, NumericColumn, StringColumn, Table } from './table.ts'

type Numbers = ArrayLike<number | null | undefined>

/** A column of decimal numbers; null, undefined and NaN are null. */
export const floatColumn = (values: Numbers): NumericColumn => ({ type: 'float', values: toValues(values) })

/** A column of whole numbers, exact up to 2^53. @throws RegiaError `COLUMN_TYPE` naming the first row that is not whole. */
export function intColumn(values: Numbers): NumericColumn {
  return { type: 'int', values: toWholeValues(values, 'int') }
}

/** A column of times in milliseconds since 1970. @throws RegiaError `COLUMN_TYPE` naming the first row that is not whole. */
export function timestampColumn(values: Numbers): NumericColumn {
  return { type: 'timestamp', values: toWholeValues(values, 'timestamp') }
}

/** A column of truth values, kept as 0 and 1. */
export function boolColumn(values: ArrayLike<boolean | null | undefined>): NumericColumn {
  const numbers = new Float64Array(values.length)
  for (let row = 0; row < numbers.length; row++) {
    const value = values[row]
    numbers[row] = value === null || value === undefined ? Number.NaN : Number(value)
  }
  return { type: 'bool', values: numbers }
}

/**
 * A text column, dictionary-encoded in order of first appearance; null and undefined are null.
 *
 * @example stringColumn(['a', null, 'a']) // { type: 'string', codes: [0, -1, 0], categories: ['a'] }
 */
export function stringColumn(values: ArrayLike<string | null | undefined>): StringColumn {
  const codeOf = new Map<string, number>()
  const codes = new Int32Array(values.length)
  for (let row = 0; row < codes.length; row++) {
    const value = values[row]
    codes[row] = value === null || value === undefined ? -1 : codeFor(value, codeOf)
  }
  return { type: 'string', codes, categories: [...codeOf.keys()] }
}

/** The number of rows of a column. */
export const columnLength = (column: Column): number =>
  column.type === 'string' ? column.codes.length : column.values.length

/** Whether a column has no value in a row. */
export const isNullAt = (column: Column, row: number): boolean =>
  column.type === 'string' ? column.codes[row]! < 0 : Number.isNaN(column.values[row])

/** How many rows of a column have no value. */
export function nullCount(column: Column): number {
  let count = 0
  for (let row = 0; row < columnLength(column); row++) if (isNullAt(column, row)) count++
  return count
}

/**
 * A table of columns of equal length.
 *
 * @throws RegiaError `INVALID_INPUT` naming two columns whose lengths differ.
 * @example makeTable({ age: floatColumn([39, null]), sex: stringColumn(['F', 'M']) })
 */
export function makeTable(columns: { readonly [name: string]: Column }): Table {
  const [first, ...others] = Object.entries(columns)
  if (!first) return { rowCount: 0, columns }
  const rowCount = columnLength(first[1])
  const odd = others.find(([, column]) => columnLength(column) !== rowCount)
  if (!odd) return { rowCount, columns }
  throw new RegiaError(
    'INVALID_INPUT',
    `Column "${odd[0]}" has ${columnLength(odd[1])} rows, column "${first[0]}" has ${rowCount}.`,
    { hint: 'Give every column of a table the same number of rows.', data: { column: odd[0] } },
  )
}

/** The place of a text in a dictionary, which grows when the text is new. */
export function codeFor(value: string, codeOf: Map<string, number>): number {
  const known = codeOf.get(value)
  if (known !== undefined) return known
  codeOf.set(value, codeOf.size)
  return codeOf.size - 1
}

function toValues(values: Numbers): Float64Array {
  if (values instanceof Float64Array) return values
  const numbers = new Float64Array(values.length)
  for (let row = 0; row < numbers.length; row++) numbers[row] = values[row] ?? Number.NaN
  return numbers
}

function toWholeValues(values: Numbers, type: 'int' | 'timestamp'): Float64Array {
  const numbers = toValues(values)
  const row = numbers.findIndex((value) => !Number.isNaN(value) && !Number.isSafeInteger(value))
  if (row < 0) return numbers
  throw new RegiaError('COLUMN_TYPE', `A column of type ${type} holds whole numbers up to 2^53; got ${numbers[row]}.`, {
    where: `row ${row}`,
    hint: 'Use a float column, or round the values.',
  })
}
