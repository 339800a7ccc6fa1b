import type { DuckDBConnection } from '@duckdb/node-api'
import type { SourceColumn } from './column-types.ts'
import { delimitedSource } from './ingest-delimited.ts'
import { jsonLinesSource } from './ingest-json-lines.ts'
import { describe } from './read-table.ts'
import { type SourceFormat, selectFile } from './source-format.ts'
import { sqlName } from './sql.ts'

/** A file as ingestion reads it: raw columns `r0`, `r1`, … and `fault`, the text of what is wrong with a row as a whole. */
export type IngestSource = {
  readonly columns: readonly SourceColumn[]
  /** Whether the raw columns hold text that has yet to be parsed. */
  readonly isText: boolean
  /** Texts that mean "no value" in columns that are not text. */
  readonly nullTexts: readonly string[]
  /** How the file writes days and times, where not as ISO 8601. */
  readonly timeFormats: readonly string[]
  readonly select: string
  /** Counts rows that could not even be cut into columns; called after `select` was read once. */
  readonly rejects: (connection: DuckDBConnection) => Promise<readonly Reject[]>
}

/** A line that has no columns to keep. `rule` is what it broke, `reason` the same with the line itself. */
export type Reject = { readonly rule: string; readonly reason: string }

/** @param knownColumns - Columns whose types the schema says, so that they need not be found out. */
export function openSource(
  connection: DuckDBConnection,
  path: string,
  format: SourceFormat,
  knownColumns: Pick<ReadonlySet<string>, 'has'>,
): Promise<IngestSource> {
  if (format === 'csv' || format === 'tsv') return delimitedSource(connection, path, format, knownColumns)
  if (format === 'json-lines') return jsonLinesSource(connection, path)
  return typedSource(connection, path, format)
}

async function typedSource(connection: DuckDBConnection, path: string, format: SourceFormat): Promise<IngestSource> {
  const file = selectFile(path, format)
  const columns = await describe(connection, file)
  const raw = columns.map((column, i) => `${rawValueSql(column)} AS r${i}`)
  return {
    columns,
    isText: false,
    nullTexts: [],
    timeFormats: [],
    select: `SELECT ${[...raw, 'CAST(NULL AS VARCHAR) AS fault'].join(', ')} FROM (${file})`,
    rejects: async () => [],
  }
}

const rawValueSql = ({ name, sqlType }: SourceColumn) =>
  sqlType === 'JSON' ? `(${sqlName(name)} ->> '$')` : sqlName(name)
