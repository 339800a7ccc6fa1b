import type { DuckDBConnection } from '@duckdb/node-api'
import { RegiaError } from '@regia/core'
import type { IngestSource, Reject } from './ingest-source.ts'
import { describe, readRows } from './read-table.ts'
import { sqlList, sqlName, sqlPath, sqlText } from './sql.ts'

/** What people write where a number is missing. */
const NULL_TEXTS = ['', 'NA', 'N/A', 'n/a', 'NaN', 'nan', 'null', 'NULL', 'None']
const SAMPLE_LINES = 20_480
const WHOLE_FILE = -1

type Dialect = {
  readonly delimiter: string
  readonly quote: string
  readonly escape: string
  readonly dateFormat: string | null
  readonly timestampFormat: string | null
  readonly types: ReadonlyMap<string, string>
}

/** A file of lines with delimiters. All cells are read as text, so that one that does not parse costs its row and not the file. */
export async function delimitedSource(
  connection: DuckDBConnection,
  path: string,
  format: 'csv' | 'tsv',
  knownColumns: Pick<ReadonlySet<string>, 'has'>,
): Promise<IngestSource> {
  const sample = await sniff(connection, path, format, SAMPLE_LINES)
  const table = readCsv(path, sample)
  const names = (await describe(connection, `SELECT * FROM ${table}`)).map(({ name }) => name)
  const isKnown = names.every((name) => knownColumns.has(name))
  const dialect = isKnown ? sample : await sniff(connection, path, format, WHOLE_FILE)
  const raw = names.map((name, i) => `${sqlName(name)} AS r${i}`)
  return {
    columns: names.map((name) => ({ name, sqlType: textualType(dialect.types.get(name)) })),
    isText: true,
    nullTexts: NULL_TEXTS,
    timeFormats: [dialect.timestampFormat, dialect.dateFormat].filter((item) => item !== null),
    select: `SELECT ${[...raw, 'CAST(NULL AS VARCHAR) AS fault'].join(', ')} FROM ${table}`,
    rejects: readRejects,
  }
}

async function sniff(connection: DuckDBConnection, path: string, format: string, lines: number): Promise<Dialect> {
  const nulls = sqlList(NULL_TEXTS.map(sqlText))
  const delimiter = format === 'tsv' ? `, delim = '\t'` : ''
  const found = `sniff_csv(${sqlPath(path)}, header = true, sample_size = ${lines}, nullstr = ${nulls}, ignore_errors = true${delimiter})`
  const rows = await readRows(
    connection,
    `SELECT Delimiter, Quote, Escape, DateFormat, TimestampFormat, c.name AS name, c.type AS type
     FROM (SELECT *, unnest(Columns) AS c FROM ${found})`,
  ).catch((error: unknown) => {
    throw notDelimited(path, error)
  })
  const [first] = rows
  if (!first) throw notDelimited(path, undefined)
  return {
    delimiter: character(first.Delimiter),
    quote: character(first.Quote),
    escape: character(first.Escape),
    dateFormat: textOrNull(first.DateFormat),
    timestampFormat: textOrNull(first.TimestampFormat),
    types: new Map(rows.map((row) => [String(row.name), String(row.type)])),
  }
}

function readCsv(path: string, { delimiter, quote, ...dialect }: Dialect): string {
  const options = ['header = true', 'all_varchar = true', 'store_rejects = true', `delim = ${sqlText(delimiter)}`]
  if (quote !== '') options.push(`quote = ${sqlText(quote)}`, `escape = ${sqlText(dialect.escape || quote)}`)
  return `read_csv(${sqlPath(path)}, ${options.join(', ')})`
}

async function readRejects(connection: DuckDBConnection): Promise<readonly Reject[]> {
  // Every scan notes the same lines again; a line may have several faults, of which one is enough.
  const rows = await readRows(
    connection,
    `SELECT line, lower(CAST(first(error_type ORDER BY column_idx) AS VARCHAR)) AS fault,
       first(error_message ORDER BY column_idx DESC) AS message, first(csv_line) AS text
     FROM reject_errors WHERE scan_id = (SELECT min(scan_id) FROM reject_errors) GROUP BY line ORDER BY line`,
  )
  return rows.map((row) => ({
    rule: `line has ${row.fault}`,
    reason: `line ${row.line} has ${row.fault} (${row.message}): ${String(row.text ?? '').slice(0, 200)}`,
  }))
}

/** Times of day alone are no points in time; they stay text. */
const textualType = (type: string | undefined): string => (type === undefined || type === 'TIME' ? 'VARCHAR' : type)
const textOrNull = (cell: unknown): string | null => (typeof cell === 'string' && cell !== '' ? cell : null)
const character = (cell: unknown): string => (typeof cell === 'string' && cell !== '(empty)' ? cell : '')

const notDelimited = (path: string, cause: unknown) =>
  new RegiaError('DATA_UNREADABLE', 'The file is not a table of lines with delimiters and a header.', {
    where: path,
    hint: 'Save it as UTF-8 with the column names in its first line and the same number of cells in every line.',
    cause,
  })
