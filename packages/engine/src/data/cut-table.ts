import { mkdir } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { RegiaError } from '@regia/core'
import { fileValueSql, type TypedColumn, typedColumns } from './column-types.ts'
import type { CutRequest, CutResult, DataEngineOptions, TablePiece } from './data-engine.ts'
import { namesHint } from './near-miss.ts'
import { withDuckDB } from './open-duckdb.ts'
import { describe, readNumber, readRows } from './read-table.ts'
import { selectFile } from './source-format.ts'
import { sqlName } from './sql.ts'
import { writeSelect } from './write-table.ts'

/** Names that a table will hardly have. */
const PIECE = '"regia piece"'
const ROW = '"regia row"'

/**
 * Cuts a table into Parquet files: pieces of so many rows in the table's order, or one for each value of a column, by value, rows in the
 * table's order and the rows without a value last. Equal rows give equal files.
 */
export async function cutTable(options: DataEngineOptions, request: CutRequest): Promise<CutResult> {
  const { path, outputDir } = request
  await mkdir(outputDir, { recursive: true })
  return withDuckDB(options, [path, outputDir + sep], async (connection) => {
    const columns = typedColumns(await describe(connection, selectFile(path)))
    await stagePieces(connection, request, columns)
    await assertCount(connection, request)
    const pieces = await describePieces(connection, request)
    const values = columns.map(fileValueSql).join(', ')
    for (const [index, piece] of pieces.entries()) {
      await writeSelect(
        connection,
        `SELECT ${values} FROM pieces WHERE ${PIECE} = ${index} ORDER BY ${ROW}`,
        piece.path,
      )
    }
    return { pieces, columns: columns.map(({ name, type }) => ({ name, type })) }
  })
}

/** Sorted by piece, so that reading one touches only its own part of the staged table. */
async function stagePieces(
  connection: DuckDBConnection,
  { path, by }: CutRequest,
  columns: readonly TypedColumn[],
): Promise<void> {
  const names = columns.map(({ name }) => name)
  if (by.kind === 'partitions' && !names.includes(by.column)) {
    throw new RegiaError('COLUMN_MISSING', `The table has no column "${by.column}" to be cut by.`, {
      hint: namesHint(by.column, names),
      data: { column: by.column },
    })
  }
  const piece =
    by.kind === 'rows'
      ? `(${ROW} - 1) // ${by.size}`
      : `dense_rank() OVER (ORDER BY ${sqlName(by.column)} NULLS LAST) - 1`
  const numbered = `SELECT *, row_number() OVER () AS ${ROW} FROM (${selectFile(path)})`
  // Pieces of rows stand in their order as they are read.
  const order = by.kind === 'rows' ? '' : `ORDER BY ${PIECE}, ${ROW}`
  await connection.run(`CREATE TEMP TABLE pieces AS SELECT *, ${piece} AS ${PIECE} FROM (${numbered}) ${order}`)
}

async function assertCount(connection: DuckDBConnection, { by, maximumPieces }: CutRequest): Promise<void> {
  const count = await readNumber(connection, `SELECT coalesce(max(${PIECE}) + 1, 0) AS count FROM pieces`)
  if (count <= maximumPieces) return
  const what = by.kind === 'rows' ? `pieces of ${by.size} rows` : `values of "${by.column}"`
  throw new RegiaError('INVALID_INPUT', `The table has ${count} ${what}; at most ${maximumPieces} are allowed.`, {
    hint: by.kind === 'rows' ? 'Take bigger pieces.' : 'Cut it by a column with fewer values.',
  })
}

async function describePieces(
  connection: DuckDBConnection,
  { by, outputDir }: CutRequest,
): Promise<readonly TablePiece[]> {
  const value = by.kind === 'rows' ? 'NULL' : `CAST(min(${sqlName(by.column)}) AS VARCHAR)`
  const rows = await readRows(
    connection,
    `SELECT count(*) AS row_count, ${value} AS value FROM pieces GROUP BY ${PIECE} ORDER BY ${PIECE}`,
  )
  return rows.map((row, index) => ({
    path: join(outputDir, String(index)),
    rowCount: Number(row.row_count),
    ...(typeof row.value === 'string' && { value: row.value }),
  }))
}
