import { stat } from 'node:fs/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { RegiaError, type Table } from '@regia/core'
import { fileValueSql, typedColumns } from './column-types.ts'
import { cutTable } from './cut-table.ts'
import type {
  ColumnInfo,
  DataEngine,
  DataEngineOptions,
  QueryRequest,
  QueryToFileRequest,
  QueryToFileResult,
  ReadTableOptions,
  RowsRequest,
} from './data-engine.ts'
import { asDataError } from './duckdb-errors.ts'
import { ingest } from './ingest.ts'
import { namesHint } from './near-miss.ts'
import { openDuckDB, withDuckDB, withSharedDuckDB } from './open-duckdb.ts'
import { profileSelect } from './profile.ts'
import { describe, readNumber, readRows, readSelect, readSelectInBatches } from './read-table.ts'
import { assertSourceFile, selectFile } from './source-format.ts'
import { sqlName } from './sql.ts'
import { assertOneSelect } from './user-sql.ts'
import { writeWhole } from './whole-file.ts'
import { fileOptions, selectStaged, stageTable, writeSelect } from './write-table.ts'

const DEFAULT_BATCH_ROWS = 65_536
const DEFAULT_ROW_LIMIT = 10_000
const SMALL_FILE_BYTES = 4_000_000
const SMALL_TABLE_CELLS = 500_000

/**
 * A data engine in this process. DuckDB is loaded with the first piece of work; what is heavy (ingestion, profiles, queries into files)
 * runs one after the other, so that the memory limit holds for all of it; reading runs beside it.
 */
export async function createDataEngine(options: DataEngineOptions): Promise<DataEngine> {
  let lastHeavy: Promise<unknown> = Promise.resolve()
  const heavy = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = lastHeavy.then(work, work)
    lastHeavy = result.catch(() => undefined)
    return result
  }
  const withFile = async <Result>(
    path: string,
    work: (connection: DuckDBConnection, select: string) => Promise<Result>,
  ): Promise<Result> => {
    await assertSourceFile(path)
    return withDuckDB(options, [path], (connection) => work(connection, selectFile(path)))
  }
  return {
    ingest: (request, onProgress) => heavy(() => ingest(options, request, onProgress)),
    profile: (path) => heavy(() => withFile(path, profileSelect)),
    columns: (path) => withFile(path, columnsOf),
    rows: (request) => withFile(request.path, (connection, select) => readPage(connection, select, request)),
    readTable: async (path, readOptions = {}) => {
      const read = async (connection: DuckDBConnection, select: string) =>
        readSelect(connection, await narrow(connection, select, readOptions, path))
      await assertSourceFile(path)
      const isSmall = readOptions.where === undefined && (await stat(path)).size <= SMALL_FILE_BYTES
      return isSmall
        ? withSharedDuckDB(options, (connection) => read(connection, selectFile(path)))
        : withFile(path, read)
    },
    readBatches: (path, readOptions = {}) => readBatches(options, path, readOptions),
    writeTable: (table, path) => writeTable(options, table, path),
    query: (request) => heavy(() => queryToFile(options, request)),
    queryRows: ({ limit = DEFAULT_ROW_LIMIT, ...request }) =>
      withQuery(options, request, [], (connection, select) =>
        readRows(connection, `SELECT * FROM (${select}\n) LIMIT ${whole(limit)}`),
      ),
    queryTable: (request) => withQuery(options, request, [], readSelect),
    cut: async (request) => {
      await assertSourceFile(request.path)
      return heavy(() => cutTable(options, request))
    },
    close: async () => {
      await lastHeavy
    },
  }
}

async function columnsOf(connection: DuckDBConnection, select: string): Promise<readonly ColumnInfo[]> {
  return typedColumns(await describe(connection, select)).map(({ name, type }) => ({ name, type }))
}

async function readPage(connection: DuckDBConnection, select: string, request: RowsRequest) {
  const narrowed = await narrow(connection, select, request, request.path)
  const total = await readNumber(connection, `SELECT count(*) FROM (${narrowed}\n)`)
  const page = `SELECT * FROM (${narrowed}\n) LIMIT ${whole(request.limit)} OFFSET ${whole(request.offset ?? 0)}`
  return { rows: await readRows(connection, page), total }
}

/** A SELECT of some columns and rows of another one. */
async function narrow(
  connection: DuckDBConnection,
  select: string,
  { columns, where }: ReadTableOptions,
  path: string,
): Promise<string> {
  if (columns) await assertColumns(connection, select, columns, path)
  const names = columns ? columns.map(sqlName).join(', ') : '*'
  if (where === undefined) return columns ? `SELECT ${names} FROM (${select})` : select
  const narrowed = `SELECT ${names} FROM (${select}) WHERE (${where}\n)`
  await assertOneSelect(connection, narrowed)
  return narrowed
}

async function assertColumns(
  connection: DuckDBConnection,
  select: string,
  columns: readonly string[],
  where: string,
): Promise<void> {
  const names = (await describe(connection, select)).map(({ name }) => name)
  const missing = columns.find((name) => !names.includes(name))
  if (columns.length === 0) throw new RegiaError('INVALID_INPUT', 'No column was asked for.', { where })
  if (missing === undefined) return
  throw new RegiaError('COLUMN_MISSING', `The table has no column "${missing}".`, {
    where,
    hint: namesHint(missing, names),
    data: { column: missing },
  })
}

/** Like `withDuckDB`, as a generator: the file stays open until the last batch, or until the reader stops. */
async function* readBatches(
  options: DataEngineOptions,
  path: string,
  { batchRows = DEFAULT_BATCH_ROWS, ...readOptions }: ReadTableOptions & { readonly batchRows?: number },
): AsyncGenerator<Table> {
  await assertSourceFile(path)
  const { connection, close } = await openDuckDB(options, [path])
  try {
    const select = await narrow(connection, selectFile(path), readOptions, path)
    yield* readSelectInBatches(connection, select, batchRows)
  } catch (error) {
    throw asDataError(error, options)
  } finally {
    close()
  }
}

async function writeTable(options: DataEngineOptions, table: Table, path: string) {
  if (Object.keys(table.columns).length === 0) {
    throw new RegiaError('DATA_EMPTY', 'A table without columns cannot be written.', { where: path })
  }
  fileOptions(path)
  const isSmall = table.rowCount * Object.keys(table.columns).length <= SMALL_TABLE_CELLS
  await writeWhole(path, (partial) => {
    const write = async (connection: DuckDBConnection) => {
      await stageTable(connection, table)
      await writeSelect(connection, selectStaged(table), partial)
    }
    return isSmall ? withSharedDuckDB(options, write) : withDuckDB(options, [partial], write)
  })
  return { rowCount: table.rowCount, sizeBytes: (await stat(path)).size }
}

async function queryToFile(options: DataEngineOptions, request: QueryToFileRequest): Promise<QueryToFileResult> {
  fileOptions(request.outputPath)
  return writeWhole(request.outputPath, (partial) =>
    withQuery(options, request, [partial], async (connection, select) => {
      const columns = typedColumns(await describe(connection, select))
      await writeSelect(connection, `SELECT ${columns.map(fileValueSql).join(', ')} FROM (${select}\n)`, partial)
      const rowCount = await readNumber(connection, `SELECT count(*) FROM (${selectFile(partial)})`)
      return { rowCount, columns: columns.map(({ name, type }) => ({ name, type })) }
    }),
  )
}

/** LIMIT and OFFSET are written into SQL, so they must be numbers and nothing else. */
function whole(count: number): number {
  if (Number.isSafeInteger(count) && count >= 0) return count
  throw new RegiaError('INVALID_INPUT', `A number of rows must be a whole number from 0; got ${count}.`)
}

async function withQuery<Result>(
  options: DataEngineOptions,
  { sql, tables }: QueryRequest,
  outputs: readonly string[],
  work: (connection: DuckDBConnection, select: string) => Promise<Result>,
): Promise<Result> {
  const files = Object.entries(tables).map(([name, paths]) => ({ name, paths: [paths].flat() }))
  for (const path of files.flatMap(({ paths }) => paths)) await assertSourceFile(path)
  return withDuckDB(options, [...files.flatMap(({ paths }) => paths), ...outputs], async (connection) => {
    for (const { name, paths } of files) {
      await connection.run(
        `CREATE TEMP VIEW ${sqlName(name)} AS ${paths.map((path) => selectFile(path)).join(' UNION ALL ')}`,
      )
    }
    return work(connection, await assertOneSelect(connection, sql))
  })
}
