import type { Channel, ChannelMove } from '@regia/core'
import type { Connection, Tables } from '../../database/database.ts'

type MoveRow = Tables['channel_move']
export type NewMove = ChannelMove & { readonly isRollback: boolean }

export async function findChannel(
  connection: Connection,
  pipeline: string,
  channel: string,
): Promise<Channel | undefined> {
  const row = await connection
    .selectFrom('pipeline_channel')
    .selectAll()
    .where('pipeline', '=', pipeline)
    .where('channel', '=', channel)
    .executeTakeFirst()
  return row && channelOf(row)
}

/** By name. */
export async function listChannels(connection: Connection, pipeline: string): Promise<readonly Channel[]> {
  const rows = await connection
    .selectFrom('pipeline_channel')
    .selectAll()
    .where('pipeline', '=', pipeline)
    .orderBy('channel')
    .execute()
  return rows.map(channelOf)
}

/** Points the channel there and writes down who, when and why. */
export async function writeMove(connection: Connection, move: NewMove): Promise<Channel> {
  const { pipeline, channel, toVersion: version, by, at } = move
  const content = { version, moved_at: at, moved_by: by }
  await connection
    .insertInto('pipeline_channel')
    .values({ pipeline, channel, ...content })
    .onConflict((conflict) => conflict.columns(['pipeline', 'channel']).doUpdateSet(content))
    .execute()
  const last = await connection
    .selectFrom('channel_move')
    .select(({ fn }) => fn.max('number').as('number'))
    .where('pipeline', '=', pipeline)
    .executeTakeFirst()
  await connection
    .insertInto('channel_move')
    .values({
      pipeline,
      number: (last?.number ?? 0) + 1,
      channel,
      from_version: move.fromVersion ?? null,
      to_version: version,
      is_rollback: Number(move.isRollback),
      moved_by: by,
      reason: move.reason ?? null,
      moved_at: at,
    })
    .execute()
  return { pipeline, channel, version, movedAt: at, by }
}

/** Every move of one channel, oldest first. */
export async function movesOf(
  connection: Connection,
  pipeline: string,
  channel: string,
): Promise<readonly Pick<MoveRow, 'to_version' | 'is_rollback'>[]> {
  return connection
    .selectFrom('channel_move')
    .select(['to_version', 'is_rollback'])
    .where('pipeline', '=', pipeline)
    .where('channel', '=', channel)
    .orderBy('number')
    .execute()
}

export type MoveQuery = { readonly channel?: string | undefined; readonly limit: number; readonly offset: number }

/** Newest first. */
export async function listMoves(
  connection: Connection,
  pipeline: string,
  { channel, limit, offset }: MoveQuery,
): Promise<{ readonly items: readonly ChannelMove[]; readonly total: number }> {
  const moves = connection
    .selectFrom('channel_move')
    .where('pipeline', '=', pipeline)
    .$if(channel !== undefined, (select) => select.where('channel', '=', channel ?? ''))
  const rows = await moves.selectAll().orderBy('number', 'desc').limit(limit).offset(offset).execute()
  const { total } = await moves.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { items: rows.map(moveOf), total: Number(total) }
}

const channelOf = (row: Tables['pipeline_channel']): Channel => ({
  pipeline: row.pipeline,
  channel: row.channel,
  version: row.version,
  movedAt: row.moved_at,
  by: row.moved_by,
})

const moveOf = (row: MoveRow): ChannelMove => ({
  pipeline: row.pipeline,
  channel: row.channel,
  ...(row.from_version !== null && { fromVersion: row.from_version }),
  toVersion: row.to_version,
  by: row.moved_by,
  ...(row.reason !== null && { reason: row.reason }),
  at: row.moved_at,
})
