import type { RunId } from '@regia/core'
import { sql } from 'kysely'
import type { Connection } from '../../database/database.ts'
import type { ItemRow, MapRow } from './tables.ts'

export type Counter = 'waiting' | 'queued' | 'running' | 'succeeded' | 'cached' | 'failed' | 'cancelled'

/** An element with what it belongs to. */
export type Item = ItemRow & {
  readonly step: string
  readonly run_id: RunId
  readonly pipeline: string
  readonly pipeline_version: number
  readonly run_number: number
}

export const findMap = (connection: Connection, stepRunId: string): Promise<MapRow | undefined> =>
  connection.selectFrom('map_run').selectAll().where('step_run_id', '=', stepRunId).executeTakeFirst()

export const listMaps = (connection: Connection, runId: string): Promise<readonly MapRow[]> =>
  connection.selectFrom('map_run').selectAll().where('run_id', '=', runId).execute()

/** Whether an id is that of an element, and not of a step run. */
export async function isItem(connection: Connection, id: string): Promise<boolean> {
  return (await connection.selectFrom('map_item').select('id').where('id', '=', id).executeTakeFirst()) !== undefined
}

export const itemsWithRun = (connection: Connection) =>
  connection
    .selectFrom('map_item')
    .innerJoin('map_run', 'map_run.step_run_id', 'map_item.step_run_id')
    .innerJoin('run', 'run.id', 'map_run.run_id')
    .selectAll('map_item')
    .select(['map_run.step', 'run.pipeline', 'run.pipeline_version', 'run.number as run_number'])
    // Filled from the id factory only.
    .select((eb) => eb.ref('map_run.run_id').$castTo<RunId>().as('run_id'))

/** The element that a lease's token holds; `undefined` when it holds nothing any more. */
export const findHeldItem = (connection: Connection, id: string, token: number): Promise<Item | undefined> =>
  itemsWithRun(connection).where('map_item.id', '=', id).where('map_item.token', '=', token).executeTakeFirst()

export async function isItemCancelled(connection: Connection, id: string): Promise<boolean> {
  const row = await connection.selectFrom('map_item').select('status').where('id', '=', id).executeTakeFirst()
  return row?.status === 'cancelled'
}

/** Moves elements between the counters of their step, and says how these stand now. */
export function count(
  connection: Connection,
  stepRunId: string,
  changes: { readonly [Name in Counter]?: number },
): Promise<MapRow> {
  const sums = Object.entries(changes).map(([name, by]) => [name, sql<number>`${sql.ref(name)} + ${by}`])
  return connection
    .updateTable('map_run')
    .set(Object.fromEntries(sums))
    .where('step_run_id', '=', stepRunId)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Every element came to an end, and none was cancelled. */
export const isDone = ({ total, succeeded, cached, failed }: MapRow): boolean => succeeded + cached + failed === total

/** So many failed that the share of successes that the step wants cannot be reached any more. */
export const isHopeless = ({ total, failed, minimum_success }: MapRow): boolean =>
  // Compared as a share: 0.55 × 100 is more than 55 in binary fractions.
  failed > 0 && (total - failed) / total < minimum_success
