import type { Artifact, Attempt } from '@regia/core'
import { sql } from 'kysely'
import type { Connection } from '../../database/database.ts'
import { encodeJson } from '../../database/json-text.ts'
import type { Moment } from '../advance-run.ts'
import { count } from './map-store.ts'
import type { MapRow } from './tables.ts'

/** Which of these keys some element is queued or running for: its result serves all who wait for it. */
export async function findKeysUnderWay(connection: Connection, keys: readonly string[]): Promise<Set<string>> {
  const rows = await connection
    .selectFrom('map_item')
    .select('cache_key')
    .where('cache_key', 'in', keys)
    .where('status', 'in', ['queued', 'running'])
    .execute()
  return new Set(rows.flatMap(({ cache_key }) => cache_key ?? []))
}

/** Gives a result to every element that waited for it. @returns How the maps that they belong to stand now. */
export async function giveResult(
  connection: Connection,
  key: string,
  outputs: Readonly<Record<string, Artifact>>,
): Promise<readonly MapRow[]> {
  const waiting = await connection
    .selectFrom('map_item')
    .select(['step_run_id', ({ fn }) => fn.countAll<number>().as('waiting')])
    .where('cache_key', '=', key)
    .where('status', '=', 'waiting')
    .groupBy('step_run_id')
    .execute()
  if (waiting.length === 0) return []
  await connection
    .updateTable('map_item')
    .set({ status: 'cached', outputs: encodeJson(outputs) })
    .where('cache_key', '=', key)
    .where('status', '=', 'waiting')
    .execute()
  const maps: MapRow[] = []
  for (const { step_run_id, waiting: of } of waiting) {
    maps.push(await count(connection, step_run_id, { waiting: -Number(of), cached: Number(of) }))
  }
  return maps
}

/** Of the elements that wait for a result which nobody makes any more, one for each key is queued itself. @returns Whether there was one. */
export async function promoteWaiting(connection: Connection, now: Moment): Promise<boolean> {
  const orphans = await connection
    .selectFrom('map_item as item')
    .select(({ fn }) => fn.min('item.id').as('id'))
    // A literal: only with one does SQLite see that the index of waiting elements will do.
    .where('item.status', '=', sql.lit('waiting'))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('map_item as maker')
            .select('maker.id')
            .whereRef('maker.cache_key', '=', 'item.cache_key')
            .where('maker.status', 'in', ['queued', 'running']),
        ),
      ),
    )
    .groupBy('item.cache_key')
    .execute()
  for (const { id } of orphans) await queueWaiting(connection, id, now)
  return orphans.length > 0
}

/** The same for one key, whose element has just failed. Ten thousand equal elements that all fail look at one row each. */
export async function promoteOneOf(connection: Connection, key: string, now: Moment): Promise<void> {
  if ((await findKeysUnderWay(connection, [key])).size > 0) return
  const next = await connection
    .selectFrom('map_item')
    .select('id')
    .where('cache_key', '=', key)
    .where('status', '=', sql.lit('waiting'))
    .limit(1)
    .executeTakeFirst()
  if (next) await queueWaiting(connection, next.id, now)
}

async function queueWaiting(connection: Connection, id: string, now: Moment): Promise<void> {
  const { step_run_id } = await connection
    .updateTable('map_item')
    .set({ status: 'queued', attempts: encodeJson(firstAttempt(now)), not_before: now.ms })
    .where('id', '=', id)
    .returning('step_run_id')
    .executeTakeFirstOrThrow()
  await count(connection, step_run_id, { waiting: -1, queued: 1 })
}

export const firstAttempt = (now: Moment): readonly Attempt[] => [{ number: 1, status: 'queued', queuedAt: now.iso }]
