import { RegiaError } from '../kernel/index.ts'
import { codeFor, columnLength, makeTable } from './columns.ts'
import { type Column, getColumn, type StringColumn, type Table } from './table.ts'

/** Some columns of a table, in the order given. @throws RegiaError `COLUMN_MISSING`. */
export function selectColumns(table: Table, names: readonly string[]): Table {
  return {
    rowCount: table.rowCount,
    columns: Object.fromEntries(names.map((name) => [name, getColumn(table, name)])),
  }
}

/** A table with a column added or replaced. @throws RegiaError `INVALID_INPUT` when its length differs. */
export function withColumn(table: Table, name: string, column: Column): Table {
  if (Object.keys(table.columns).length === 0 && table.rowCount === 0) return makeTable({ [name]: column })
  if (columnLength(column) !== table.rowCount) {
    throw new RegiaError(
      'INVALID_INPUT',
      `Column "${name}" has ${columnLength(column)} rows, the table has ${table.rowCount}.`,
      { hint: 'Give the column one value for each row.', data: { column: name } },
    )
  }
  return { rowCount: table.rowCount, columns: { ...table.columns, [name]: column } }
}

/** A table without some columns; names that it does not have are ignored. */
export function withoutColumns(table: Table, names: readonly string[]): Table {
  const kept = Object.entries(table.columns).filter(([name]) => !names.includes(name))
  return { rowCount: table.rowCount, columns: Object.fromEntries(kept) }
}

/**
 * The rows at some places, in the order given; a place may come more than once.
 *
 * @param indices - Whole numbers in [0, rowCount).
 * @throws RegiaError `INVALID_INPUT` naming the first index that is outside.
 */
export function takeRows(table: Table, indices: ArrayLike<number>): Table {
  for (let i = 0; i < indices.length; i++) assertRow(indices[i]!, table.rowCount)
  return mapColumns(table, indices.length, (column) => takeFrom(column, indices))
}

/** The rows for which a predicate holds. @param isKept - Receives the row's place. */
export function filterRows(table: Table, isKept: (row: number) => boolean): Table {
  const kept = new Int32Array(table.rowCount)
  let count = 0
  for (let row = 0; row < table.rowCount; row++) if (isKept(row)) kept[count++] = row
  const indices = kept.subarray(0, count)
  return mapColumns(table, count, (column) => takeFrom(column, indices))
}

/** The first rows of a table, all when it has fewer. */
export function head(table: Table, count: number): Table {
  const rowCount = Math.max(0, Math.min(count, table.rowCount))
  return mapColumns(table, rowCount, (column) =>
    column.type === 'string'
      ? { ...column, codes: column.codes.slice(0, rowCount) }
      : { ...column, values: column.values.slice(0, rowCount) },
  )
}

/**
 * The rows of several tables, one after another. The first table names the columns.
 *
 * @throws RegiaError `COLUMN_MISSING`, `COLUMN_UNKNOWN` or `COLUMN_TYPE` when the tables' columns differ.
 */
export function concatRows(tables: readonly Table[]): Table {
  const [first] = tables
  if (!first) return { rowCount: 0, columns: {} }
  for (const table of tables) assertNoOtherColumns(table, first)
  const names = Object.keys(first.columns)
  return {
    rowCount: tables.reduce((sum, table) => sum + table.rowCount, 0),
    columns: Object.fromEntries(
      names.map((name) => [
        name,
        concatColumns(
          name,
          tables.map((table) => getColumn(table, name)),
        ),
      ]),
    ),
  }
}

function mapColumns(table: Table, rowCount: number, map: (column: Column) => Column): Table {
  const entries = Object.entries(table.columns).map(([name, column]) => [name, map(column)] as const)
  return { rowCount, columns: Object.fromEntries(entries) }
}

function takeFrom(column: Column, indices: ArrayLike<number>): Column {
  if (column.type === 'string') {
    const codes = new Int32Array(indices.length)
    for (let i = 0; i < codes.length; i++) codes[i] = column.codes[indices[i]!]!
    return { ...column, codes }
  }
  const values = new Float64Array(indices.length)
  for (let i = 0; i < values.length; i++) values[i] = column.values[indices[i]!]!
  return { ...column, values }
}

function assertRow(row: number, rowCount: number): void {
  if (Number.isInteger(row) && row >= 0 && row < rowCount) return
  throw new RegiaError('INVALID_INPUT', `There is no row ${row}; the table has ${rowCount}.`, {
    hint: 'Rows count from 0.',
  })
}

function assertNoOtherColumns(table: Table, first: Table): void {
  const other = Object.keys(table.columns).find((name) => !(name in first.columns))
  if (other === undefined) return
  throw new RegiaError('COLUMN_UNKNOWN', `Column "${other}" is not in the first table.`, {
    hint: `Its columns are: ${Object.keys(first.columns).join(', ')}.`,
    data: { column: other },
  })
}

function concatColumns(name: string, columns: readonly Column[]): Column {
  const type = columns[0]!.type
  const other = columns.find((column) => column.type !== type)
  if (other) {
    throw new RegiaError('COLUMN_TYPE', `Column "${name}" holds ${type} in one table and ${other.type} in another.`, {
      data: { column: name },
    })
  }
  if (type === 'string') return concatTexts(columns.filter((column) => column.type === 'string'))
  const values = new Float64Array(columns.reduce((sum, column) => sum + columnLength(column), 0))
  let at = 0
  for (const column of columns) {
    if (column.type === 'string') continue
    values.set(column.values, at)
    at += column.values.length
  }
  return { type, values }
}

function concatTexts(columns: readonly StringColumn[]): StringColumn {
  const codeOf = new Map<string, number>()
  const codes = new Int32Array(columns.reduce((sum, column) => sum + column.codes.length, 0))
  let at = 0
  for (const column of columns) {
    const renamed = column.categories.map((category) => codeFor(category, codeOf))
    for (const code of column.codes) codes[at++] = code < 0 ? -1 : renamed[code]!
  }
  return { type: 'string', codes, categories: [...codeOf.keys()] }
}
