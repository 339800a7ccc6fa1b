import { type ScheduleSpec, toIso } from '@regia/core'
import type { Connection, Tables } from '../database/database.ts'
import { decodeJson, encodeJson } from '../database/json-text.ts'

export type StoredSchedule = {
  readonly spec: ScheduleSpec
  readonly isPaused: boolean
  readonly position: number
  readonly nextAt: number | undefined
  readonly secretHash: string | undefined
  readonly createdAt: string
}

export type ScheduleQuery = { readonly pipeline?: string | undefined; readonly limit: number; readonly offset: number }

export async function findSchedule(connection: Connection, name: string): Promise<StoredSchedule | undefined> {
  const row = await connection.selectFrom('schedule').selectAll().where('name', '=', name).executeTakeFirst()
  return row && storedOf(row)
}

/** By name. */
export async function listSchedules(
  connection: Connection,
  { pipeline, limit, offset }: ScheduleQuery,
): Promise<{ readonly items: readonly StoredSchedule[]; readonly total: number }> {
  const schedules = connection
    .selectFrom('schedule')
    .$if(pipeline !== undefined, (select) => select.where('pipeline', '=', pipeline ?? ''))
  const rows = await schedules.selectAll().orderBy('name').limit(limit).offset(offset).execute()
  const { total } = await schedules.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { items: rows.map(storedOf), total: Number(total) }
}

export async function scheduleNames(connection: Connection): Promise<readonly string[]> {
  const rows = await connection.selectFrom('schedule').select('name').orderBy('name').execute()
  return rows.map(({ name }) => name)
}

/** Those whose next time has come, and those whose clock was far ahead of `now` when it was last looked at. */
export async function dueByTime(connection: Connection, now: number, aheadMs: number): Promise<StoredSchedule[]> {
  const rows = await connection
    .selectFrom('schedule')
    .selectAll()
    .where('kind', '=', 'time')
    .where('is_paused', '=', 0)
    .where(({ or, eb }) => or([eb('next_at', '<=', now), eb('position', '>', now + aheadMs)]))
    .orderBy('next_at')
    .execute()
  return rows.map(storedOf)
}

/** Those that wait for something to happen elsewhere. */
export async function waitingForEvents(connection: Connection): Promise<StoredSchedule[]> {
  const rows = await connection
    .selectFrom('schedule')
    .selectAll()
    .where('kind', 'in', ['dataset', 'alias', 'alert'])
    .where('is_paused', '=', 0)
    .orderBy('name')
    .execute()
  return rows.map(storedOf)
}

export async function putSchedule(connection: Connection, stored: StoredSchedule): Promise<void> {
  const { spec } = stored
  const content = {
    pipeline: spec.pipeline,
    kind: spec.when.on,
    spec: encodeJson(spec),
    is_paused: Number(stored.isPaused),
    position: stored.position,
    next_at: stored.nextAt ?? null,
    secret_hash: stored.secretHash ?? null,
  }
  await connection
    .insertInto('schedule')
    .values({ name: spec.name, created_at: stored.createdAt, ...content })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(content))
    .execute()
}

/**
 * Moves on how far a schedule's occasions are noted.
 *
 * @returns False where somebody else has moved it since `from`, paused or removed it: what the caller wanted to note is noted already.
 */
export async function advancePosition(
  connection: Connection,
  name: string,
  from: number,
  to: { readonly position: number; readonly nextAt: number | undefined },
): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('schedule')
    .set({ position: to.position, next_at: to.nextAt ?? null })
    .where('name', '=', name)
    .where('position', '=', from)
    .where('is_paused', '=', 0)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Its occasions go with it; the runs stay. */
export async function deleteSchedule(connection: Connection, name: string): Promise<void> {
  await connection.deleteFrom('schedule_firing').where('schedule', '=', name).execute()
  await connection.deleteFrom('schedule').where('name', '=', name).execute()
}

const storedOf = (row: Tables['schedule']): StoredSchedule => ({
  spec: decodeJson(row.spec),
  isPaused: row.is_paused === 1,
  position: row.position,
  nextAt: row.next_at ?? undefined,
  secretHash: row.secret_hash ?? undefined,
  createdAt: row.created_at,
})

export const isoOrNothing = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : toIso(ms))
