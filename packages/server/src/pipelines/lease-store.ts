import type { Connection } from '../database/database.ts'
import { decodeJson } from '../database/json-text.ts'

/** The attempt that a lease stands for. */
export type Held = { readonly runId: string; readonly step: string; readonly attempt: number }

/** What a token holds; `undefined` when it holds nothing any more. */
export async function findHeld(connection: Connection, stepRunId: string, token: number): Promise<Held | undefined> {
  const row = await connection
    .selectFrom('lease')
    .innerJoin('step_run', 'step_run.id', 'lease.step_run_id')
    .select(['step_run.run_id', 'step_run.step', 'step_run.attempts'])
    .where('lease.step_run_id', '=', stepRunId)
    .where('lease.token', '=', token)
    .executeTakeFirst()
  return row && { runId: row.run_id, step: row.step, attempt: decodeJson(row.attempts).length }
}

export async function isCancelled(connection: Connection, stepRunId: string): Promise<boolean> {
  const row = await connection.selectFrom('step_run').select('status').where('id', '=', stepRunId).executeTakeFirst()
  return row?.status === 'cancelled'
}

/** Steps that wait for a worker and are due, longest first. */
export const findQueued = (connection: Connection, ms: number, limit: number) =>
  connection
    .selectFrom('step_run')
    .select(['run_id', 'step'])
    .where('status', '=', 'queued')
    .where('not_before', '<=', ms)
    .orderBy('not_before')
    .orderBy('position')
    .limit(limit)
    .execute()

export async function hasNoLease(connection: Connection, worker: string): Promise<boolean> {
  const row = await connection.selectFrom('lease').select('token').where('worker', '=', worker).executeTakeFirst()
  return row === undefined
}

/** Leases that were not renewed in time. */
export const findOverdue = (connection: Connection, ms: number) =>
  connection
    .selectFrom('lease')
    .innerJoin('step_run', 'step_run.id', 'lease.step_run_id')
    .select(['lease.step_run_id', 'step_run.run_id', 'step_run.step', 'lease.worker'])
    .where('lease.expires_at', '<', ms)
    .execute()

export async function deleteLease(connection: Connection, stepRunId: string): Promise<void> {
  await connection.deleteFrom('lease').where('step_run_id', '=', stepRunId).execute()
}

/** When the next thing is due by itself: a step whose back-off ends, or a lease that runs out. */
export async function findNextDue(connection: Connection, ms: number): Promise<number | undefined> {
  const queued = await connection
    .selectFrom('step_run')
    .select(({ fn }) => fn.min('not_before').as('due'))
    .where('status', '=', 'queued')
    .where('not_before', '>', ms)
    .executeTakeFirst()
  const lease = await connection
    .selectFrom('lease')
    .select(({ fn }) => fn.min('expires_at').as('due'))
    .executeTakeFirst()
  const times = [queued?.due, lease?.due].filter((due) => typeof due === 'number')
  return times.length > 0 ? Math.min(...times) : undefined
}
