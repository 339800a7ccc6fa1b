import type { AliasMove } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { getModel, type Listed, type Window } from './read-models.ts'
import { aliasTarget } from './read-versions.ts'

/** Moves an alias, or takes it away, and writes down who, when and why; one that stands there already does not move. */
export async function moveAlias(connection: Connection, move: Omit<AliasMove, 'fromVersion'>): Promise<boolean> {
  const { model, alias, toVersion } = move
  const before = await aliasTarget(connection, model, alias)
  if (before === toVersion) return false
  if (toVersion === undefined) {
    await connection.deleteFrom('model_alias').where('model', '=', model).where('alias', '=', alias).execute()
  } else {
    await connection
      .insertInto('model_alias')
      .values({ model, alias, version: toVersion })
      .onConflict((conflict) => conflict.columns(['model', 'alias']).doUpdateSet({ version: toVersion }))
      .execute()
  }
  const last = await connection
    .selectFrom('alias_move')
    .select(({ fn }) => fn.max('number').as('number'))
    .where('model', '=', model)
    .executeTakeFirst()
  await connection
    .insertInto('alias_move')
    .values({
      model,
      number: (last?.number ?? 0) + 1,
      alias,
      from_version: before ?? null,
      to_version: toVersion ?? null,
      moved_by: move.by,
      reason: move.reason,
      moved_at: move.at,
    })
    .execute()
  return true
}

/** Newest first. */
export async function listMoves(
  connection: Connection,
  name: string,
  { limit, offset }: Window,
): Promise<Listed<AliasMove>> {
  await getModel(connection, name)
  const moves = connection.selectFrom('alias_move').where('model', '=', name)
  const rows = await moves.selectAll().orderBy('number', 'desc').limit(limit).offset(offset).execute()
  const { total } = await moves.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  const items = rows.map((row) => ({
    model: row.model,
    alias: row.alias,
    ...(row.from_version !== null && { fromVersion: row.from_version }),
    ...(row.to_version !== null && { toVersion: row.to_version }),
    by: row.moved_by,
    reason: row.reason,
    at: row.moved_at,
  }))
  return { items, total: Number(total) }
}
