import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api'
import { type Column, RegiaError, type Row, type Table, toRows } from '@regia/core'
import { ColumnBuilder } from './column-builder.ts'
import { type SourceColumn, type TypedColumn, tableValueSql, typedColumns } from './column-types.ts'

/** The columns that a SELECT would bring. */
export async function describe(connection: DuckDBConnection, select: string): Promise<readonly SourceColumn[]> {
  const reader = await connection.runAndReadAll(`DESCRIBE ${select}`)
  return reader.getRows().map((row) => ({ name: String(row[0]), sqlType: String(row[1]) }))
}

/** All rows of a SELECT as one table. @throws RegiaError `COLUMN_TYPE`. */
export async function readSelect(connection: DuckDBConnection, select: string): Promise<Table> {
  for await (const table of readSelectInBatches(connection, select, Number.POSITIVE_INFINITY)) return table
  throw new Error('unreachable: reading in batches brings at least one')
}

/** The rows of a SELECT in tables of about `batchRows`; one empty table when there is no row. */
export async function* readSelectInBatches(
  connection: DuckDBConnection,
  select: string,
  batchRows: number,
): AsyncGenerator<Table> {
  const columns = typedColumns(await describe(connection, select))
  const result = await connection.stream(`SELECT ${columns.map(tableValueSql).join(', ')} FROM (${select}\n)`)
  let builders = columns.map((column) => new ColumnBuilder(column))
  let batchCount = 0
  let rowCount = 0
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    append(chunk, builders)
    rowCount += chunk.rowCount
    if (rowCount < batchRows) continue
    yield tableOf(columns, builders, rowCount)
    batchCount++
    builders = columns.map((column) => new ColumnBuilder(column))
    rowCount = 0
  }
  if (rowCount > 0 || batchCount === 0) yield tableOf(columns, builders, rowCount)
}

/** The rows of a small SELECT, as JSON would hold them. */
export const readRows = async (connection: DuckDBConnection, select: string): Promise<readonly Row[]> =>
  toRows(await readSelect(connection, select))

/** The one number of a SELECT of one row and column. */
export async function readNumber(connection: DuckDBConnection, select: string): Promise<number> {
  const [row] = await readRows(connection, select)
  return Number(Object.values(row ?? {})[0] ?? 0)
}

function append(chunk: DuckDBDataChunk, builders: readonly ColumnBuilder[]): void {
  for (let i = 0; i < builders.length; i++) builders[i]!.append(chunk.getColumnVector(i), chunk.rowCount)
}

function tableOf(columns: readonly TypedColumn[], builders: readonly ColumnBuilder[], rowCount: number): Table {
  const entries: [string, Column][] = columns.map((column, i) => [column.name, builders[i]!.finish()])
  const table: Table = { rowCount, columns: Object.fromEntries(entries) }
  if (Object.keys(table.columns).length === columns.length) return table
  const names = columns.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  throw new RegiaError('INVALID_INPUT', `The result has more than one column "${twice}".`, {
    hint: 'Name every column once; rename with AS.',
  })
}
