import { RegiaError } from '../kernel/index.ts'

/** What a column holds. `timestamp` is milliseconds since 1970 (a local time is kept as if it were UTC); `int` is exact up to 2^53. */
export const COLUMN_TYPES = ['float', 'int', 'string', 'bool', 'timestamp'] as const
export type ColumnType = (typeof COLUMN_TYPES)[number]

/** A numeric column: shape (rows,), NaN where null. Holds float, int, bool (0 or 1) and timestamp (milliseconds). */
export type NumericColumn = { readonly type: Exclude<ColumnType, 'string'>; readonly values: Float64Array }

/** A text column, dictionary-encoded: `categories[codes[row]]`, code −1 where null. */
export type StringColumn = {
  readonly type: 'string'
  readonly codes: Int32Array
  readonly categories: readonly string[]
}

export type Column = NumericColumn | StringColumn

/** A columnar table in memory. Immutable by convention: operations return new tables and may share columns. */
export type Table = {
  readonly rowCount: number
  readonly columns: { readonly [name: string]: Column }
}

/** One cell as a person or JSON sees it: timestamps as ISO text, bool as boolean, null where absent. */
export type Cell = string | number | boolean | null
export type Row = { readonly [column: string]: Cell }

/** @throws RegiaError `COLUMN_MISSING` naming the column and what there is instead. */
export function getColumn(table: Table, name: string): Column {
  const column = table.columns[name]
  if (column) return column
  throw new RegiaError('COLUMN_MISSING', `The table has no column "${name}".`, {
    hint: `It has: ${Object.keys(table.columns).join(', ') || 'none'}.`,
    data: { column: name },
  })
}

/** @throws RegiaError `COLUMN_TYPE` when the column holds text. */
export function getNumericColumn(table: Table, name: string): NumericColumn {
  const column = getColumn(table, name)
  if (column.type !== 'string') return column
  throw new RegiaError('COLUMN_TYPE', `Column "${name}" holds text; numbers are needed.`, {
    hint: 'Encode it first, with oneHot or ordinal.',
    data: { column: name },
  })
}

/** @throws RegiaError `COLUMN_TYPE` when the column holds numbers. */
export function getStringColumn(table: Table, name: string): StringColumn {
  const column = getColumn(table, name)
  if (column.type === 'string') return column
  throw new RegiaError('COLUMN_TYPE', `Column "${name}" holds ${column.type}; text is needed.`, {
    data: { column: name },
  })
}
