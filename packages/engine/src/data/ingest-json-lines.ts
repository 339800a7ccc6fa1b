import type { DuckDBConnection } from '@duckdb/node-api'
import { RegiaError } from '@regia/core'
import type { SourceColumn } from './column-types.ts'
import type { IngestSource } from './ingest-source.ts'
import { describe, readRows } from './read-table.ts'
import { sqlList, sqlPath, sqlText } from './sql.ts'

/** A file with one JSON object a line. Lines are read as text, so that one that is no JSON costs its row and not the file. */
export async function jsonLinesSource(connection: DuckDBConnection, path: string): Promise<IngestSource> {
  const columns = await findColumns(connection, path)
  if (columns.length === 0) throw notObjects(path)
  const keys = sqlList(columns.map(({ name }) => sqlText(jsonPointer(name))))
  const raw = columns.map((_, i) => `cells[${i + 1}] AS r${i}`)
  return {
    columns,
    isText: true,
    nullTexts: [],
    timeFormats: [],
    select: `SELECT ${raw.join(', ')}, fault FROM (
      SELECT fault, json_extract_string(CASE WHEN fault IS NULL THEN line ELSE '{}' END, ${keys}) AS cells FROM (
        SELECT line, CASE WHEN NOT json_valid(line) THEN 'line is not JSON: ' || left(line, 200)
          WHEN json_type(line) <> 'OBJECT' THEN 'line is not a JSON object: ' || left(line, 200) END AS fault
        FROM ${lines(path)} WHERE trim(line) <> ''))`,
    rejects: async () => [],
  }
}

async function findColumns(connection: DuckDBConnection, path: string): Promise<readonly SourceColumn[]> {
  const typed = `read_json(${sqlPath(path)}, format = 'newline_delimited', sample_size = -1, ignore_errors = true, map_inference_threshold = -1)`
  const columns = await describe(connection, `SELECT * FROM ${typed}`)
  // One line that is no object, and DuckDB takes the file for a list of values; then we look at the objects ourselves, which is slower.
  return columns.length === 1 && columns[0]?.name === 'json' ? findKeys(connection, path) : columns
}

async function findKeys(connection: DuckDBConnection, path: string): Promise<readonly SourceColumn[]> {
  const value = `json_extract(line, '/' || replace(replace(key, '~', '~0'), '/', '~1'))`
  const rows = await readRows(
    connection,
    `SELECT key, CASE WHEN bool_and(kind IN ('UBIGINT', 'BIGINT')) THEN 'BIGINT'
        WHEN bool_and(kind IN ('UBIGINT', 'BIGINT', 'DOUBLE')) THEN 'DOUBLE'
        WHEN bool_and(kind = 'BOOLEAN') THEN 'BOOLEAN' ELSE 'VARCHAR' END AS type
     FROM (SELECT place, key, nullif(json_type(${value}), 'NULL') AS kind
       FROM (SELECT row_number() OVER () AS place, line, unnest(json_keys(line)) AS key
         FROM (SELECT CASE WHEN json_valid(line) THEN line ELSE 'null' END AS line FROM ${lines(path)})
         WHERE json_type(line) = 'OBJECT'))
     GROUP BY key ORDER BY min(place), key`,
  )
  return rows.map((row) => ({ name: String(row.key), sqlType: String(row.type) }))
}

/** Every line as one cell: the delimiter is a character that text does not hold. */
const lines = (path: string) =>
  `read_csv(${sqlPath(path)}, columns = {'line': 'VARCHAR'}, delim = chr(1), quote = '', escape = '', header = false, auto_detect = false)`

/** RFC 6901, because a path with `$` would read meaning into dots and brackets of names. */
const jsonPointer = (name: string): string => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`

const notObjects = (path: string) =>
  new RegiaError('DATA_UNREADABLE', 'The file does not hold one JSON object a line.', {
    where: path,
    hint: 'Write one object a line, such as {"age": 39, "sex": "F"}.',
  })
