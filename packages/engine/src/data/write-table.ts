import type { DuckDBConnection } from '@duckdb/node-api'
import { type Column, type ColumnType, RegiaError, type Table } from '@regia/core'
import { FILE_TYPES } from './column-types.ts'
import { sqlName, sqlText } from './sql.ts'

const CHUNK_ROWS = 2048

/** Writes the rows of a SELECT to Parquet, or to CSV or JSON lines where the path ends so. @throws RegiaError `INVALID_INPUT` for another ending. */
export async function writeSelect(connection: DuckDBConnection, select: string, path: string): Promise<void> {
  await connection.run(`COPY (${select}\n) TO ${sqlText(path)} (${fileOptions(path)})`)
}

/** Options of COPY for a file to write. Blobs are written without an ending, as Parquet. @throws RegiaError `INVALID_INPUT`. */
export function fileOptions(path: string): string {
  if (/\.csv$/i.test(path)) return 'FORMAT csv, HEADER true'
  if (/\.(jsonl|ndjson)$/i.test(path)) return 'FORMAT json, ARRAY false'
  if (/\.parquet$/i.test(path) || !/\.[a-z]+$/i.test(path)) return 'FORMAT parquet, COMPRESSION zstd'
  throw new RegiaError('INVALID_INPUT', 'Tables are written as .parquet, .csv, .jsonl or .ndjson.', { where: path })
}

/** Brings a table into DuckDB as the temporary table `staged`: numbers as DOUBLE, NaN for null. */
export async function stageTable(connection: DuckDBConnection, table: Table): Promise<void> {
  const { DuckDBDataChunk, DuckDBDoubleType, DuckDBVarCharType } = await import('@duckdb/node-api')
  const columns = Object.values(table.columns)
  const sqlTypes = columns.map((column, i) => `c${i} ${column.type === 'string' ? 'VARCHAR' : 'DOUBLE'}`)
  await connection.run(`CREATE TEMP TABLE staged (${sqlTypes.join(', ')})`)
  const appender = await connection.createAppender('staged')
  const types = columns.map((column) =>
    column.type === 'string' ? DuckDBVarCharType.instance : DuckDBDoubleType.instance,
  )
  for (let from = 0; from < table.rowCount; from += CHUNK_ROWS) {
    const count = Math.min(CHUNK_ROWS, table.rowCount - from)
    const chunk = DuckDBDataChunk.create(types, count)
    columns.forEach((column, i) => {
      chunk.setColumnValues(i, cells(column, from, count))
    })
    appender.appendDataChunk(chunk)
  }
  appender.closeSync()
}

/** A SELECT over what `stageTable` brought, in the types of our files. */
export function selectStaged(table: Table): string {
  const columns = Object.entries(table.columns).map(
    ([name, { type }], i) => `${fileValue(`c${i}`, type)} AS ${sqlName(name)}`,
  )
  return `SELECT ${columns.join(', ')} FROM staged`
}

function fileValue(name: string, type: ColumnType): string {
  if (type === 'string') return name
  const value =
    type === 'timestamp' ? `make_timestamp_ms(CAST(${name} AS BIGINT))` : `CAST(${name} AS ${FILE_TYPES[type]})`
  return `CASE WHEN NOT isnan(${name}) THEN ${value} END`
}

function cells(column: Column, from: number, count: number): readonly (number | string | null)[] {
  if (column.type !== 'string') return Array.from(column.values.subarray(from, from + count))
  return Array.from(column.codes.subarray(from, from + count), (code) => column.categories[code] ?? null)
}
