import { type ColumnType, RegiaError } from '@regia/core'
import { sqlName } from './sql.ts'

/** A column as DuckDB describes it. */
export type SourceColumn = { readonly name: string; readonly sqlType: string }
export type TypedColumn = SourceColumn & { readonly type: ColumnType }

const PATTERNS: readonly (readonly [RegExp, ColumnType])[] = [
  [/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER)$/, 'int'],
  [/^(FLOAT|DOUBLE|DECIMAL\(.*\))$/, 'float'],
  [/^BOOLEAN$/, 'bool'],
  // A column without any value has no type of its own in CSV and JSON.
  [/^(VARCHAR|ENUM\(.*\)|UUID|JSON|"NULL")$/s, 'string'],
  [/^(DATE|TIMESTAMP(_S|_MS|_NS| WITH TIME ZONE)?)$/, 'timestamp'],
]

/** @returns undefined for a type that a table cannot hold. */
export const columnTypeOf = (sqlType: string): ColumnType | undefined =>
  PATTERNS.find(([pattern]) => pattern.test(sqlType))?.[1]

/** @throws RegiaError `COLUMN_TYPE` naming the first column whose type a table cannot hold. */
export function typedColumns(columns: readonly SourceColumn[], where?: string): readonly TypedColumn[] {
  return columns.map((column) => {
    const type = columnTypeOf(column.sqlType)
    if (type) return { ...column, type }
    throw new RegiaError('COLUMN_TYPE', `Column "${column.name}" holds ${column.sqlType}, which a table cannot hold.`, {
      ...(where !== undefined && { where }),
      hint: 'Bring numbers, text, true or false, dates or times; unnest lists and structs, or leave the column out.',
      data: { column: column.name },
    })
  })
}

/** SQL that brings a column as the number or text that a table keeps: NaN for null, milliseconds for times. */
export function tableValueSql(column: TypedColumn): string {
  const name = sqlName(column.name)
  // A cast of JSON text would keep its quotes.
  if (column.sqlType === 'JSON') return `(${name} ->> '$')`
  if (column.type === 'string') return `CAST(${name} AS VARCHAR)`
  const number = column.type === 'timestamp' ? `epoch_ms(${name})` : name
  return `coalesce(CAST(${number} AS DOUBLE), CAST('nan' AS DOUBLE))`
}

/** SQL that brings a column as the type in which we write files, so that all our files look alike. */
export function fileValueSql(column: TypedColumn): string {
  return `CAST(${sqlName(column.name)} AS ${FILE_TYPES[column.type]}) AS ${sqlName(column.name)}`
}

export const FILE_TYPES: Readonly<Record<ColumnType, string>> = {
  float: 'DOUBLE',
  int: 'BIGINT',
  bool: 'BOOLEAN',
  string: 'VARCHAR',
  timestamp: 'TIMESTAMP',
}
