import type { DuckDBConnection } from '@duckdb/node-api'
import { RegiaError } from '@regia/core'
import type { IngestSource } from './ingest-source.ts'
import { describe } from './read-table.ts'
import { sqlList, sqlPath, sqlText } from './sql.ts'

/** A file with one JSON object a line. Lines are read as text, so that one that is no JSON costs its row and not the file. */
export async function jsonLinesSource(connection: DuckDBConnection, path: string): Promise<IngestSource> {
  const typed = `read_json(${sqlPath(path)}, format = 'newline_delimited', sample_size = -1, ignore_errors = true, map_inference_threshold = -1)`
  const columns = await describe(connection, `SELECT * FROM ${typed}`)
  if (columns.length === 0 || (columns.length === 1 && columns[0]?.name === 'json')) throw notObjects(path)
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
