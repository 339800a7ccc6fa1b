import type { DuckDBConnection, DuckDBVector } from '@duckdb/node-api'
import type { AddedColumn } from '../parquet/index.ts'
import { sqlText } from '../sql.ts'

const CHUNK_ROWS = 2048

/** Brings columns into DuckDB as the temporary table `added`, in the place of what was there. */
export async function stageAdded(connection: DuckDBConnection, added: readonly AddedColumn[]): Promise<void> {
  const { DuckDBDataChunk, DuckDBFloatType, DuckDBIntegerType } = await import('@duckdb/node-api')
  const sqlTypes = added.map(({ kind }, i) => `c${i} ${kind === 'number' ? 'FLOAT' : 'INTEGER'}`)
  await connection.run(`CREATE OR REPLACE TEMP TABLE added (${sqlTypes.join(', ')})`)
  const appender = await connection.createAppender('added')
  const types = added.map(({ kind }) => (kind === 'number' ? DuckDBFloatType.instance : DuckDBIntegerType.instance))
  const columns = added.map((column) => (column.kind === 'number' ? column.values : column.codes))
  const rowCount = columns[0]?.length ?? 0
  for (let from = 0; from < rowCount; from += CHUNK_ROWS) {
    const until = Math.min(rowCount, from + CHUNK_ROWS)
    const chunk = DuckDBDataChunk.create(types, until - from)
    for (const [i, values] of columns.entries()) fill(chunk.getColumnVector(i), values.subarray(from, until))
    appender.appendDataChunk(chunk)
  }
  appender.closeSync()
}

/** A SELECT over what `stageAdded` brought, as `a0`, `a1`, …: numbers stay 32-bit floats, which is all that they are. */
export function selectAdded(added: readonly AddedColumn[]): string {
  const columns = added.map((column, i) => {
    if (column.kind === 'number') return `c${i} AS a${i}`
    return `[${column.categories.map(sqlText).join(', ')}][c${i} + 1] AS a${i}`
  })
  return `SELECT ${columns.join(', ')} FROM added`
}

/** All values of a vector at once; one call each would cost more than writing them. */
function fill(vector: DuckDBVector, values: Float32Array | Int32Array): void {
  const items: unknown = Reflect.get(vector, 'items')
  if (items instanceof Float32Array && values instanceof Float32Array) items.set(values)
  else if (items instanceof Int32Array && values instanceof Int32Array) items.set(values)
  else throw new Error('unreachable: the chunk has the types of the columns')
  vector.flush()
}
