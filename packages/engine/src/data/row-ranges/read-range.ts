import type { DuckDBConnection, DuckDBVector } from '@duckdb/node-api'
import { NULL_INT64 } from '@regia/core'
import { sqlName, sqlPath } from '../sql.ts'
import type { RangeColumn, RowRange } from './row-ranges.ts'

export type RangeValues = Float32Array | BigInt64Array | Uint8Array | readonly string[]
/** Some rows, one entry per column asked for. */
export type RangeBatch = { readonly rowCount: number; readonly columns: readonly RangeValues[] }

/** DuckDB's file_row_number counts rows of the file, and whole row groups outside of a range are passed over by it. */
export const rangeSelect = (path: string, { from, until }: RowRange, columns: readonly string[]): string =>
  `SELECT ${columns.join(', ') || '1'} FROM read_parquet(${sqlPath(path)}, file_row_number = true)
   WHERE file_row_number >= ${whole(from)} AND file_row_number < ${whole(until)}`

/** The rows of a range in batches of exactly `batchRows`, but for the last one. */
export async function* readBatches(
  connection: DuckDBConnection,
  path: string,
  columns: readonly RangeColumn[],
  range: RowRange,
  batchRows: number,
): AsyncGenerator<RangeBatch> {
  const result = await connection.stream(rangeSelect(path, range, columns.map(valueSql)))
  const fillers = columns.map((column) => fillerOf(column, batchRows))
  const batchOf = (rowCount: number): RangeBatch => ({
    rowCount,
    columns: fillers.map((filler) => filler.take(rowCount)),
  })
  let filled = 0
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    for (let from = 0; from < chunk.rowCount; ) {
      const until = Math.min(chunk.rowCount, from + batchRows - filled)
      for (let i = 0; i < fillers.length; i++) fillers[i]!.fill(chunk.getColumnVector(i), from, until, filled)
      filled += until - from
      from = until
      if (filled < batchRows) continue
      yield batchOf(filled)
      filled = 0
    }
  }
  if (filled > 0) yield batchOf(filled)
}

/** A column as the tensor takes it, so that nothing is left to do row by row. */
function valueSql(column: RangeColumn, place: number): string {
  const name = sqlName(column.name)
  switch (column.element) {
    case 'float32':
      return `coalesce(CAST(CAST(${name} AS DOUBLE) AS FLOAT), CAST('nan' AS FLOAT))`
    case 'int64': {
      const number = column.type === 'timestamp' ? `epoch_ms(${name})` : name
      return `coalesce(CAST(${number} AS BIGINT), CAST(${NULL_INT64} AS BIGINT))`
    }
    case 'bool':
      return `CAST(CAST(${name} AS BOOLEAN) AS UTINYINT)`
    case 'text':
    case 'encoded': {
      const text = `coalesce(CAST(${name} AS VARCHAR), '')`
      return 'dictionary' in column ? `CAST(${text} AS dictionary_${place})` : text
    }
  }
}

type Filler = {
  /** Puts rows of a chunk into the batch, from the batch's row `at` on. */
  readonly fill: (vector: DuckDBVector, from: number, until: number, at: number) => void
  readonly take: (rowCount: number) => RangeValues
}

function fillerOf(column: RangeColumn, batchRows: number): Filler {
  switch (column.element) {
    case 'text':
      return textFiller(column.dictionary, batchRows)
    case 'encoded':
      return encodedFiller(column.encoded, batchRows)
    case 'int64': {
      const values = new BigInt64Array(batchRows)
      return {
        fill: (vector, from, until, at) => values.set(itemsOf(vector, BigInt64Array).subarray(from, until), at),
        take: (rowCount) => values.subarray(0, rowCount),
      }
    }
    case 'bool': {
      const values = new Uint8Array(batchRows)
      return {
        fill: (vector, from, until, at) => values.set(itemsOf(vector, Uint8Array).subarray(from, until), at),
        take: (rowCount) => values.subarray(0, rowCount),
      }
    }
    case 'float32': {
      const values = new Float32Array(batchRows)
      return {
        fill: (vector, from, until, at) => values.set(itemsOf(vector, Float32Array).subarray(from, until), at),
        take: (rowCount) => values.subarray(0, rowCount),
      }
    }
  }
}

function encodedFiller(encoded: Float32Array | BigInt64Array, batchRows: number): Filler {
  if (encoded instanceof Float32Array) {
    const values = new Float32Array(batchRows)
    return {
      fill: (vector, from, until, at) => {
        const codes = codesOf(vector)
        for (let row = from; row < until; row++) values[at + row - from] = encoded[codes[row]!]!
      },
      take: (rowCount) => values.subarray(0, rowCount),
    }
  }
  const values = new BigInt64Array(batchRows)
  return {
    fill: (vector, from, until, at) => {
      const codes = codesOf(vector)
      for (let row = from; row < until; row++) values[at + row - from] = encoded[codes[row]!]!
    },
    take: (rowCount) => values.subarray(0, rowCount),
  }
}

function textFiller(dictionary: readonly string[] | undefined, batchRows: number): Filler {
  const values = new Array<string>(batchRows).fill('')
  const take = (rowCount: number) => (rowCount === batchRows ? values : values.slice(0, rowCount))
  if (dictionary) {
    const fill: Filler['fill'] = (vector, from, until, at) => {
      const codes = codesOf(vector)
      for (let row = from; row < until; row++) values[at + row - from] = dictionary[codes[row]!]!
    }
    return { fill, take }
  }
  const fill: Filler['fill'] = (vector, from, until, at) => {
    for (let row = from; row < until; row++) values[at + row - from] = String(vector.getItem(row))
  }
  return { fill, take }
}

/** The values of a vector as DuckDB laid them out: one call for thousands of rows, where asking for each would cost more than the model. */
function itemsOf<Items extends Float32Array | BigInt64Array | Uint8Array>(
  vector: DuckDBVector,
  kind: abstract new () => Items,
): Items {
  const items: unknown = Reflect.get(vector, 'items')
  if (items instanceof kind) return items
  throw new Error('unreachable: the SELECT casts each column to the type that is read')
}

function codesOf(vector: DuckDBVector): Uint8Array | Uint16Array | Uint32Array {
  const items: unknown = Reflect.get(vector, 'items')
  if (items instanceof Uint8Array || items instanceof Uint16Array || items instanceof Uint32Array) return items
  throw new Error('unreachable: text with a dictionary is read as places in it')
}

/** Row numbers are written into SQL, so they must be numbers and nothing else. */
function whole(row: number): number {
  if (Number.isSafeInteger(row) && row >= 0) return row
  throw new Error('unreachable: ranges are made of whole numbers')
}
