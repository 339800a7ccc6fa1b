import type { DuckDBConnection } from '@duckdb/node-api'
import type { DataEngineOptions } from '../data-engine.ts'
import { asDataError } from '../duckdb-errors.ts'
import { openDuckDB } from '../open-duckdb.ts'
import type { AddedColumn } from '../parquet/index.ts'
import { sqlName, sqlText } from '../sql.ts'
import { writeWhole } from '../whole-file.ts'
import { fileOptions } from '../write-table.ts'
import { type RangeBatch, rangeSelect, readBatches } from './read-range.ts'
import type { RangeColumn, RowRange } from './row-ranges.ts'
import { selectAdded, stageAdded } from './stage-added.ts'

export type RowRangesRequest = {
  readonly options: DataEngineOptions
  readonly path: string
  readonly columns: readonly RangeColumn[]
  /** The folder that ranges are written to, with a separator at its end. */
  readonly outputFolder: string
}

export type WriteRangeRequest = {
  readonly range: RowRange
  /** Columns of the file to keep. */
  readonly keep: readonly string[]
  /** Columns beside them, with a value for each row of the range. */
  readonly added: readonly AddedColumn[]
  /** `.csv` or `.jsonl`, below the output folder. */
  readonly outputPath: string
  readonly withHeader: boolean
}

/** A Parquet file that is read and written range by range, by one DuckDB that stays open. */
export type RowRanges = {
  /** The rows of a range, in order; what a batch holds is valid until the next. */
  readonly read: (range: RowRange, batchRows: number) => AsyncIterable<RangeBatch>
  /** The rows of a range with further columns, as text in a file of their own. */
  readonly write: (request: WriteRangeRequest) => Promise<void>
  readonly close: () => void
}

/** Opens a file that `readyRows` made ready. @throws RegiaError `DATA_UNREADABLE`; `UNAVAILABLE` when the memory is not enough. */
export async function openRowRanges({ options, path, columns, outputFolder }: RowRangesRequest): Promise<RowRanges> {
  const { connection, close } = await openDuckDB(options, [path, outputFolder])
  const inOurWords = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work()
    } catch (error) {
      throw asDataError(error, options)
    }
  }
  try {
    await inOurWords(() => createDictionaries(connection, columns))
  } catch (error) {
    close()
    throw error
  }
  return {
    read: async function* (range, batchRows) {
      try {
        yield* readBatches(connection, path, columns, range, batchRows)
      } catch (error) {
        throw asDataError(error, options)
      }
    },
    write: (request) => inOurWords(() => writeRange(connection, path, request)),
    close,
  }
}

/** DuckDB then hands over places in the dictionary instead of letters. */
async function createDictionaries(connection: DuckDBConnection, columns: readonly RangeColumn[]): Promise<void> {
  for (const [i, column] of columns.entries()) {
    if (!('dictionary' in column)) continue
    const values = column.dictionary.map(sqlText)
    await connection.run(`CREATE TYPE dictionary_${i} AS ENUM (${values.join(', ')})`)
  }
}

async function writeRange(connection: DuckDBConnection, path: string, request: WriteRangeRequest): Promise<void> {
  const { range, keep, added, outputPath, withHeader } = request
  await stageAdded(connection, added)
  const kept = keep.map(sqlName)
  const names = [...kept.map((_, i) => `k${i}`), ...added.map((_, i) => `a${i}`)]
  const columns = kept.map((name, i) => `${name} AS k${i}`)
  const left = rangeSelect(path, range, columns)
  const joined = keep.length === 0 ? `(${selectAdded(added)})` : `(${left}) POSITIONAL JOIN (${selectAdded(added)})`
  const called = [...keep, ...added.map(({ name }) => name)].map((name, i) => `${names[i]} AS ${sqlName(name)}`)
  await writeWhole(outputPath, async (partial) => {
    const select = `SELECT ${called.join(', ')} FROM ${joined}`
    await connection.run(`COPY (${select}) TO ${sqlText(partial)} (${copyOptions(outputPath, withHeader)})`)
  })
}

function copyOptions(path: string, withHeader: boolean): string {
  const options = fileOptions(path)
  return withHeader ? options : options.replace('HEADER true', 'HEADER false')
}
