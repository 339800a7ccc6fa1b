import type { RunId, ScheduleFiring } from '@regia/core'
import type { Connection, Tables } from '../database/database.ts'
import { decodeJson, encodeJson } from '../database/json-text.ts'
import type { Facts, FiringState } from './tables.ts'

type FiringRow = Tables['schedule_firing']

export type Firing = {
  readonly schedule: string
  readonly number: number
  readonly at: string
  readonly firedAt: string
  readonly state: FiringState
  readonly runId: RunId
  readonly cause: string
  readonly facts: Facts
  readonly reason: string
}

export type NewFiring = {
  /** The same occasion again is no new firing. */
  readonly occasion: string
  readonly at: string
  readonly firedAt: string
  readonly runId: RunId
  readonly cause: string
  readonly reason: string
  readonly facts?: Facts
  /** `skipped` where it is only noted, `queued` where it waits its turn whatever the schedule does else. */
  readonly state?: 'claimed' | 'skipped' | 'queued'
}

/** Firings that are kept of each schedule. */
const MAX_KEPT = 10_000

/** Notes an occasion. @returns Its number, or nothing where it is noted already. */
export async function insertFiring(
  connection: Connection,
  schedule: string,
  firing: NewFiring,
): Promise<number | undefined> {
  const known = await connection
    .selectFrom('schedule_firing')
    .select('number')
    .where('schedule', '=', schedule)
    .where('occasion', '=', firing.occasion)
    .executeTakeFirst()
  if (known) return undefined
  const last = await connection
    .selectFrom('schedule_firing')
    .select(({ fn }) => fn.max('number').as('number'))
    .where('schedule', '=', schedule)
    .executeTakeFirst()
  const number = (last?.number ?? 0) + 1
  const { occasion, at, firedAt, runId, cause, reason, facts = {}, state = 'claimed' } = firing
  await connection
    .insertInto('schedule_firing')
    .values({
      schedule,
      number,
      occasion,
      at,
      fired_at: firedAt,
      state,
      run_id: runId,
      is_open: 0,
      cause,
      facts: encodeJson(facts),
      reason,
    })
    .execute()
  if (number % 100 === 0) await prune(connection, schedule, number - MAX_KEPT)
  return number
}

const prune = (connection: Connection, schedule: string, upTo: number) =>
  connection
    .deleteFrom('schedule_firing')
    .where('schedule', '=', schedule)
    .where('number', '<=', upTo)
    .where('is_open', '=', 0)
    .where('state', 'in', ['over', 'skipped', 'failed'])
    .execute()

/** Schedules of which something is left to do. */
export async function schedulesWithWork(connection: Connection): Promise<readonly string[]> {
  const rows = await connection
    .selectFrom('schedule_firing')
    .select('schedule')
    .distinct()
    .where('state', 'in', ['claimed', 'starting', 'queued'])
    .execute()
  return rows.map(({ schedule }) => schedule)
}

/** Oldest first. */
export async function firingsIn(
  connection: Connection,
  schedule: string,
  states: readonly FiringState[],
): Promise<readonly Firing[]> {
  const rows = await connection
    .selectFrom('schedule_firing')
    .selectAll()
    .where('schedule', '=', schedule)
    .where('state', 'in', states)
    .orderBy('number')
    .execute()
  return rows.map(firingOf)
}

export async function countQueued(connection: Connection, schedule: string): Promise<number> {
  const { count } = await connection
    .selectFrom('schedule_firing')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('schedule', '=', schedule)
    .where('state', '=', 'queued')
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Whose runs may go on. */
export async function openFirings(connection: Connection, schedule: string): Promise<readonly Firing[]> {
  const rows = await connection
    .selectFrom('schedule_firing')
    .selectAll()
    .where('schedule', '=', schedule)
    .where('is_open', '=', 1)
    .orderBy('number')
    .execute()
  return rows.map(firingOf)
}

export async function findFiring(
  connection: Connection,
  schedule: string,
  number: number,
): Promise<Firing | undefined> {
  const row = await connection
    .selectFrom('schedule_firing')
    .selectAll()
    .where('schedule', '=', schedule)
    .where('number', '=', number)
    .executeTakeFirst()
  return row && firingOf(row)
}

export async function findOccasion(
  connection: Connection,
  schedule: string,
  occasion: string,
): Promise<Firing | undefined> {
  const row = await connection
    .selectFrom('schedule_firing')
    .selectAll()
    .where('schedule', '=', schedule)
    .where('occasion', '=', occasion)
    .executeTakeFirst()
  return row && firingOf(row)
}

type Change = { readonly state: FiringState; readonly isOpen?: boolean; readonly reason?: string }

/** Changes a firing that is still in the state that the decision was made from. @returns False where somebody else was faster. */
export async function changeFiring(
  connection: Connection,
  { schedule, number, state }: Pick<Firing, 'schedule' | 'number' | 'state'>,
  change: Change,
): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('schedule_firing')
    .set({
      state: change.state,
      is_open: Number(change.isOpen ?? false),
      ...(change.reason && { reason: change.reason }),
    })
    .where('schedule', '=', schedule)
    .where('number', '=', number)
    .where('state', '=', state)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/**
 * Lets a firing start where no other run of its schedule goes on and none waits before it. Looks and decides in one statement, so that of
 * two that decide at once only one starts.
 */
export async function startWhereFree(
  connection: Connection,
  { schedule, number, state }: Pick<Firing, 'schedule' | 'number' | 'state'>,
): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('schedule_firing')
    .set({ state: 'starting', is_open: 1 })
    .where('schedule', '=', schedule)
    .where('number', '=', number)
    .where('state', '=', state)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('schedule_firing as other')
            .select('other.number')
            .where('other.schedule', '=', schedule)
            .where('other.number', '!=', number)
            .where(({ or, and, eb }) =>
              or([
                eb('other.is_open', '=', 1),
                and([eb('other.state', '=', 'queued'), eb('other.number', '<', number)]),
              ]),
            ),
        ),
      ),
    )
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export type FiringQuery = { readonly limit: number; readonly offset: number }

/** Newest first. */
export async function listFirings(
  connection: Connection,
  schedule: string,
  { limit, offset }: FiringQuery,
): Promise<{ readonly items: readonly ScheduleFiring[]; readonly total: number }> {
  const firings = connection.selectFrom('schedule_firing').where('schedule', '=', schedule)
  const rows = await firings.selectAll().orderBy('number', 'desc').limit(limit).offset(offset).execute()
  const { total } = await firings.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { items: rows.map((row) => viewOf(firingOf(row))), total: Number(total) }
}

const firingOf = (row: FiringRow): Firing => ({
  schedule: row.schedule,
  number: row.number,
  at: row.at,
  firedAt: row.fired_at,
  state: row.state,
  runId: row.run_id,
  cause: row.cause,
  facts: decodeJson(row.facts),
  reason: row.reason,
})

const OUTCOMES: { readonly [State in FiringState]: ScheduleFiring['outcome'] } = {
  claimed: 'queued',
  queued: 'queued',
  starting: 'started',
  running: 'started',
  over: 'started',
  skipped: 'skipped',
  failed: 'failed',
}

/** How a firing stands on the wire. */
export const viewOf = ({ at, firedAt, state, runId, reason }: Firing): ScheduleFiring => ({
  at,
  firedAt,
  outcome: OUTCOMES[state],
  ...((state === 'running' || state === 'over') && { runId }),
  reason,
})
