import type { RunId } from '@regia/core'
import type { Connection } from '../../database/database.ts'
import { type Item, itemsWithRun } from './map-store.ts'
import type { ItemRow, MapRow } from './tables.ts'

export type OpenMap = MapRow & {
  readonly run_id: RunId
  readonly pipeline: string
  readonly pipeline_version: number
}

/** Mapped steps of one look: more that run at once wait for the next one. */
const MAX_MAPS = 100

/** Mapped steps with elements that wait for a worker; first those of which the fewest run, so that a wide one does not keep others out. */
export const findOpenMaps = (connection: Connection): Promise<readonly OpenMap[]> =>
  connection
    .selectFrom('map_run')
    .innerJoin('run', 'run.id', 'map_run.run_id')
    .selectAll('map_run')
    .select(['run.pipeline', 'run.pipeline_version'])
    // Filled from the id factory only.
    .select((eb) => eb.ref('map_run.run_id').$castTo<RunId>().as('run_id'))
    .where('map_run.state', '=', 'open')
    .where('map_run.queued', '>', 0)
    .orderBy('map_run.running')
    .orderBy('map_run.created_at')
    .limit(MAX_MAPS)
    .execute()

/** Elements that wait for a worker and are due, longest first. */
export const findQueuedItems = (
  connection: Connection,
  stepRunId: string,
  ms: number,
  limit: number,
): Promise<readonly ItemRow[]> =>
  connection
    .selectFrom('map_item')
    .selectAll()
    .where('step_run_id', '=', stepRunId)
    .where('status', '=', 'queued')
    .where('not_before', '<=', ms)
    .orderBy('not_before')
    .orderBy('number')
    .limit(limit)
    .execute()

/** Elements whose lease was not renewed in time. */
export const findOverdueItems = (connection: Connection, ms: number): Promise<readonly Item[]> =>
  itemsWithRun(connection).where('map_item.expires_at', 'is not', null).where('map_item.expires_at', '<', ms).execute()

/** Whether elements wait that are leased as soon as a worker has room for them. */
export async function hasQueuedItems(connection: Connection): Promise<boolean> {
  const row = await connection
    .selectFrom('map_run')
    .select('step_run_id')
    .where('state', '=', 'open')
    .where('queued', '>', 0)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

export async function hasItemOf(connection: Connection, worker: string): Promise<boolean> {
  const row = await connection
    .selectFrom('map_item')
    .select('id')
    .where('expires_at', 'is not', null)
    .where('worker', '=', worker)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** When the next thing is due by itself: an element whose back-off ends, or a lease that runs out. */
export async function findNextDueItem(connection: Connection, ms: number): Promise<number | undefined> {
  const lease = await connection
    .selectFrom('map_item')
    .select(({ fn }) => fn.min('expires_at').as('due'))
    .where('expires_at', 'is not', null)
    .executeTakeFirst()
  const queued = await connection
    .selectFrom('map_run')
    .innerJoin('map_item', 'map_item.step_run_id', 'map_run.step_run_id')
    .select(({ fn }) => fn.min('map_item.not_before').as('due'))
    .where('map_run.state', '=', 'open')
    .where('map_run.queued', '>', 0)
    .where('map_item.status', '=', 'queued')
    .where('map_item.not_before', '>', ms)
    .executeTakeFirst()
  const times = [lease?.due, queued?.due].filter((due) => typeof due === 'number')
  return times.length > 0 ? Math.min(...times) : undefined
}
