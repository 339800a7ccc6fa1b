import type { Connection } from '../database/database.ts'

/** A move of an alias to a version; `number` counts up within its model. */
export type NumberedMove = {
  readonly number: number
  readonly model: string
  readonly alias: string
  readonly toVersion: number
  readonly at: string
}

/** The last move of an alias; nothing where it never moved. */
export async function findLastMove(
  connection: Connection,
  model: string,
  alias: string,
): Promise<NumberedMove | undefined> {
  const row = await movesOf(connection, model, alias).orderBy('number', 'desc').limit(1).executeTakeFirst()
  return row && { model, alias, number: row.number, toVersion: row.to_version, at: row.moved_at }
}

/** Moves of an alias after one, oldest first. */
export async function movesAfter(
  connection: Connection,
  model: string,
  alias: string,
  number: number,
  limit: number,
): Promise<readonly NumberedMove[]> {
  const rows = await movesOf(connection, model, alias)
    .where('number', '>', number)
    .orderBy('number')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ model, alias, number: row.number, toVersion: row.to_version, at: row.moved_at }))
}

const movesOf = (connection: Connection, model: string, alias: string) =>
  connection
    .selectFrom('alias_move')
    .select(['number', 'to_version', 'moved_at'])
    .where('model', '=', model)
    .where('alias', '=', alias)
    .where('to_version', 'is not', null)
    .$narrowType<{ to_version: number }>()
