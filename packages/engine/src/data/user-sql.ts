import type { DuckDBConnection } from '@duckdb/node-api'
import { RegiaError } from '@regia/core'

/**
 * Assures that a text of a user is one SELECT, so that it can stand in brackets in a statement of ours.
 *
 * @returns The text without a closing semicolon.
 * @throws RegiaError `INVALID_INPUT` for several statements or one of another kind.
 */
export async function assertOneSelect(connection: DuckDBConnection, sql: string): Promise<string> {
  const { StatementType } = await import('@duckdb/node-api')
  const extracted = await connection.extractStatements(sql)
  if (extracted.count === 1) {
    const statement = await extracted.prepare(0)
    const { statementType } = statement
    statement.destroySync()
    if (statementType === StatementType.SELECT) return sql.replace(/[;\s]+$/, '')
  }
  throw new RegiaError(
    'INVALID_INPUT',
    `A query must be one SELECT; got ${extracted.count} statements, or one of another kind.`,
    {
      where: sql.slice(0, 200),
      hint: 'Write SELECT … FROM the tables that the query was given; WITH … SELECT is one as well.',
    },
  )
}
