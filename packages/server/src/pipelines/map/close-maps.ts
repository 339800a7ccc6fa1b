import type { Connection } from '../../database/database.ts'
import { encodeJson } from '../../database/json-text.ts'
import type { Moment } from '../advance-run.ts'
import { isFinished } from '../run-status.ts'
import type { RunWork } from '../run-work.ts'
import { promoteWaiting } from './equal-elements.ts'
import { countDurations } from './map-queries.ts'
import type { MapRow } from './tables.ts'

/**
 * Ends the elements of mapped steps that came to an end, in whatever way: what has not run will not, and who runs one hears at the next
 * heartbeat that it is not wanted.
 *
 * @returns Whether elements of other maps were queued, which had waited for one that was ended.
 */
export async function closeMaps(connection: Connection, work: RunWork, now: Moment): Promise<boolean> {
  if (!work.version.ordered.some(({ map }) => map)) return false
  const maps = await connection
    .selectFrom('map_run')
    .selectAll()
    .where('run_id', '=', work.run.id)
    .where('state', '<>', 'closed')
    .execute()
  let hasPromoted = false
  for (const map of maps) {
    if (!isFinished(work.row(map.step).status)) continue
    if (await closeMap(connection, map)) hasPromoted = (await promoteWaiting(connection, now)) || hasPromoted
  }
  return hasPromoted
}

/** @returns Whether something was still open. */
async function closeMap(connection: Connection, { step_run_id: id, ...map }: MapRow): Promise<boolean> {
  const open = map.waiting + map.queued + map.running
  if (open > 0) {
    await connection
      .updateTable('map_item')
      .set({ status: 'cancelled', token: null, expires_at: null })
      .where('step_run_id', '=', id)
      .where('status', 'in', ['waiting', 'queued', 'running'])
      .execute()
  }
  const { durations, slowestMs } = await countDurations(connection, id)
  const counts = { waiting: 0, queued: 0, running: 0, cancelled: map.cancelled + open }
  await connection
    .updateTable('map_run')
    .set({ ...counts, state: 'closed', durations: encodeJson(durations), slowest_ms: slowestMs })
    .where('step_run_id', '=', id)
    .execute()
  return open > 0
}
