import type { ColumnType, Profile, Row, Table, TableSchema } from '@regia/core'

export type ColumnInfo = { readonly name: string; readonly type: ColumnType }

export type IngestRequest = {
  /** CSV, TSV, JSON lines (.jsonl, .ndjson, .json) or Parquet, by the name's ending. */
  readonly sourcePath: string
  /** Parquet file to make, with the valid rows. */
  readonly outputPath: string
  /** Parquet file to make, with the broken rows and a `_reason` column. Made only when a row is broken. */
  readonly quarantinePath: string
  readonly schema?: TableSchema
  /** The name to judge the format by, and to speak of in errors, when `sourcePath` is a temporary file. */
  readonly sourceName?: string
}

export type IngestResult = {
  readonly rowCount: number
  readonly validRowCount: number
  readonly quarantinedRowCount: number
  readonly columns: readonly ColumnInfo[]
  /** The rules broken most often first; each quarantined row counts once, under the first rule that it broke. */
  readonly reasons: readonly { readonly reason: string; readonly rowCount: number }[]
  /** Of the valid rows. */
  readonly profile: Profile
  readonly sizeBytes: number
}

/** `fraction` of the work that is done, 0 to 1. */
export type OnProgress = (progress: { readonly fraction: number; readonly message: string }) => void

export type RowsRequest = {
  readonly path: string
  readonly offset?: number
  readonly limit: number
  /** A condition in SQL over the columns. */
  readonly where?: string
  readonly columns?: readonly string[]
}
/** `total` counts the rows that fulfil `where`. */
export type RowsPage = { readonly rows: readonly Row[]; readonly total: number }

export type ReadTableOptions = { readonly columns?: readonly string[]; readonly where?: string }

export type QueryRequest = {
  /** One SELECT. It sees the files of `tables` under their names (several files one after another), and nothing else of the machine. */
  readonly sql: string
  readonly tables: Readonly<Record<string, string | readonly string[]>>
}
export type QueryToFileRequest = QueryRequest & {
  /** `.parquet`, `.csv` or `.jsonl`. */
  readonly outputPath: string
}
export type QueryToFileResult = { readonly rowCount: number; readonly columns: readonly ColumnInfo[] }

export type CutRequest = {
  /** A Parquet file. */
  readonly path: string
  readonly by:
    | { readonly kind: 'rows'; readonly size: number }
    | { readonly kind: 'partitions'; readonly column: string }
  /** A folder for the pieces. Made when absent. */
  readonly outputDir: string
  readonly maximumPieces: number
}
export type TablePiece = {
  readonly path: string
  readonly rowCount: number
  /** Of a partition: the value of the column as text; absent for the rows without one. */
  readonly value?: string
}
export type CutResult = { readonly pieces: readonly TablePiece[]; readonly columns: readonly ColumnInfo[] }

/**
 * Tables in files: validate, read, write and query them. Paths are files on this machine, CSV, TSV, JSON lines or Parquet.
 *
 * Types: DuckDB's FLOAT, DOUBLE, DECIMAL → `float`; integers (up to 2^53) → `int`; BOOLEAN → `bool`; VARCHAR, ENUM, UUID → `string`;
 * DATE, TIMESTAMP (any precision, cut to milliseconds) → `timestamp`, as if UTC; TIMESTAMP WITH TIME ZONE → `timestamp`.
 * Others (lists, structs, blobs, intervals, TIME) are `COLUMN_TYPE` errors that name the column.
 */
export type DataEngine = {
  /** Validates a file's rows, keeps the valid ones as Parquet, puts the broken ones into quarantine, profiles. @throws RegiaError `DATA_UNREADABLE`, `DATA_EMPTY`, `COLUMN_MISSING`, `COLUMN_UNKNOWN`, `COLUMN_TYPE`. */
  readonly ingest: (request: IngestRequest, onProgress?: OnProgress) => Promise<IngestResult>
  readonly profile: (path: string) => Promise<Profile>
  readonly rows: (request: RowsRequest) => Promise<RowsPage>
  readonly columns: (path: string) => Promise<readonly ColumnInfo[]>
  readonly readTable: (path: string, options?: ReadTableOptions) => Promise<Table>
  /** A file's rows in chunks that fit in memory, in the file's order. */
  readonly readBatches: (
    path: string,
    options?: ReadTableOptions & { readonly batchRows?: number },
  ) => AsyncIterable<Table>
  readonly writeTable: (
    table: Table,
    path: string,
  ) => Promise<{ readonly rowCount: number; readonly sizeBytes: number }>
  /** The rows of one SELECT, as a file. */
  readonly query: (request: QueryToFileRequest) => Promise<QueryToFileResult>
  /** The rows of one SELECT, at most `limit` (default 10,000). */
  readonly queryRows: (request: QueryRequest & { readonly limit?: number }) => Promise<readonly Row[]>
  /** The rows of one SELECT as a table. */
  readonly queryTable: (request: QueryRequest) => Promise<Table>
  /** A table as several: pieces of so many rows, or one for each value of a column. @throws RegiaError `COLUMN_MISSING`, `INVALID_INPUT` for too many pieces. */
  readonly cut: (request: CutRequest) => Promise<CutResult>
  readonly close: () => Promise<void>
}

export type DataEngineOptions = {
  /** Where DuckDB spills what exceeds its memory. Made when absent. */
  readonly tempDir: string
  /** Default 512. */
  readonly memoryLimitMb?: number
  /** Default 2. */
  readonly threads?: number
  /** Interrupts what is running when it aborts. */
  readonly signal?: AbortSignal
}

/** What of a data engine crosses a process boundary: everything but the batches. */
export type DataWorker = Omit<DataEngine, 'readBatches'>
export type DataWorkerOptions = Omit<DataEngineOptions, 'signal'> & {
  /** The child ends after so long without work. Default 30,000. */
  readonly idleMs?: number
}
