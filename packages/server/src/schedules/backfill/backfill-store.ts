import type { Backfill, BackfillId, BackfillSpec, ErrorBody, RunId } from '@regia/core'
import type { Connection, Tables } from '../../database/database.ts'
import { decodeJson, decodeOptionalJson, encodeJson } from '../../database/json-text.ts'
import type { ItemState } from '../tables.ts'

type Params = Readonly<Record<string, unknown>>
export type Item = {
  readonly backfill: string
  readonly index: number
  readonly params: Params
  readonly state: ItemState
  readonly runId: RunId | undefined
  readonly error: ErrorBody | undefined
}

/** Rows of an insert that stay well below SQLite's limit on bound values. */
const ROWS_PER_INSERT = 500

/** A back-fill with all its items, written at once. */
export async function insertBackfill(
  connection: Connection,
  backfill: { readonly id: BackfillId; readonly spec: BackfillSpec; readonly createdAt: string },
  params: readonly Params[],
): Promise<void> {
  const { id, spec, createdAt } = backfill
  await connection
    .insertInto('backfill')
    .values({
      id,
      pipeline: spec.pipeline,
      spec: encodeJson(spec),
      status: 'running',
      total: params.length,
      created_at: createdAt,
      finished_at: null,
    })
    .execute()
  for (let start = 0; start < params.length; start += ROWS_PER_INSERT) {
    const rows = params.slice(start, start + ROWS_PER_INSERT).map((each, i) => ({
      backfill: id,
      number: start + i,
      params: encodeJson(each),
      state: 'waiting' as const,
      run_id: null,
      error: null,
    }))
    await connection.insertInto('backfill_item').values(rows).execute()
  }
}

export async function findBackfill(connection: Connection, id: string): Promise<Backfill | undefined> {
  const row = await connection.selectFrom('backfill').selectAll().where('id', '=', id).executeTakeFirst()
  return row && viewOf(connection, row)
}

export type BackfillQuery = { readonly pipeline?: string | undefined; readonly limit: number; readonly offset: number }

/** Newest first. */
export async function listBackfills(
  connection: Connection,
  { pipeline, limit, offset }: BackfillQuery,
): Promise<{ readonly items: readonly Backfill[]; readonly total: number }> {
  const backfills = connection
    .selectFrom('backfill')
    .$if(pipeline !== undefined, (select) => select.where('pipeline', '=', pipeline ?? ''))
  const rows = await backfills
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .offset(offset)
    .execute()
  const { total } = await backfills.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { items: await Promise.all(rows.map((row) => viewOf(connection, row))), total: Number(total) }
}

export async function runningBackfills(connection: Connection): Promise<readonly BackfillId[]> {
  const rows = await connection
    .selectFrom('backfill')
    .select('id')
    .where('status', '=', 'running')
    .orderBy('created_at')
    .execute()
  // Filled from the id factory only.
  return rows.map(({ id }) => id as BackfillId)
}

export async function setStatus(
  connection: Connection,
  id: string,
  status: Backfill['status'],
  finishedAt: string | null,
): Promise<void> {
  await connection.updateTable('backfill').set({ status, finished_at: finishedAt }).where('id', '=', id).execute()
}

/** In their order. */
export async function itemsIn(
  connection: Connection,
  backfill: string,
  states: readonly ItemState[],
  limit = 10_000,
): Promise<readonly Item[]> {
  const rows = await connection
    .selectFrom('backfill_item')
    .selectAll()
    .where('backfill', '=', backfill)
    .where('state', 'in', states)
    .orderBy('number')
    .limit(limit)
    .execute()
  return rows.map(itemOf)
}

export type ItemQuery = { readonly states?: readonly ItemState[]; readonly limit: number; readonly offset: number }

export async function listItems(
  connection: Connection,
  backfill: string,
  { states, limit, offset }: ItemQuery,
): Promise<{ readonly items: readonly Item[]; readonly total: number }> {
  const items = connection
    .selectFrom('backfill_item')
    .where('backfill', '=', backfill)
    .$if(states !== undefined, (select) => select.where('state', 'in', states ?? []))
  const rows = await items.selectAll().orderBy('number').limit(limit).offset(offset).execute()
  const { total } = await items.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { items: rows.map(itemOf), total: Number(total) }
}

type Change = { readonly state: ItemState; readonly runId?: RunId | null; readonly error?: ErrorBody | null }

/** Changes an item that is still in the state, and of the run, that the decision was made from. @returns False where somebody else was faster. */
export async function changeItem(
  connection: Connection,
  { backfill, index, state, runId }: Item,
  change: Change,
): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('backfill_item')
    .set({
      state: change.state,
      ...(change.runId !== undefined && { run_id: change.runId }),
      ...(change.error !== undefined && { error: change.error && encodeJson(change.error) }),
    })
    .where('backfill', '=', backfill)
    .where('number', '=', index)
    .where('state', '=', state)
    .where('run_id', runId === undefined ? 'is' : '=', runId ?? null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Lets an item start where fewer than `concurrency` of its back-fill are under way: looked and decided in one statement. */
export async function startItem(
  connection: Connection,
  { backfill, index }: Item,
  runId: RunId,
  concurrency: number,
): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('backfill_item')
    .set({ state: 'starting', run_id: runId, error: null })
    .where('backfill', '=', backfill)
    .where('number', '=', index)
    .where('state', '=', 'waiting')
    .where(({ eb, selectFrom }) =>
      eb(
        selectFrom('backfill_item as other')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('other.backfill', '=', backfill)
          .where('other.state', 'in', ['starting', 'running']),
        '<',
        concurrency,
      ),
    )
    .where(({ exists, selectFrom }) =>
      exists(selectFrom('backfill').select('id').where('id', '=', backfill).where('status', '=', 'running')),
    )
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Every item in one of the states goes into another one. @returns How many did. */
export async function moveItems(
  connection: Connection,
  backfill: string,
  from: readonly ItemState[],
  to: ItemState,
): Promise<number> {
  const { numUpdatedRows } = await connection
    .updateTable('backfill_item')
    .set({ state: to, ...(to === 'waiting' && { run_id: null, error: null }) })
    .where('backfill', '=', backfill)
    .where('state', 'in', from)
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

export async function countByState(connection: Connection, backfill: string): Promise<ReadonlyMap<ItemState, number>> {
  const rows = await connection
    .selectFrom('backfill_item')
    .select(['state', ({ fn }) => fn.countAll<number>().as('count')])
    .where('backfill', '=', backfill)
    .groupBy('state')
    .execute()
  return new Map(rows.map(({ state, count }) => [state, Number(count)]))
}

async function viewOf(connection: Connection, row: Tables['backfill']): Promise<Backfill> {
  const counts = await countByState(connection, row.id)
  return {
    // Filled from the id factory only.
    id: row.id as BackfillId,
    spec: decodeJson(row.spec),
    status: row.status,
    total: row.total,
    succeeded: counts.get('succeeded') ?? 0,
    failed: counts.get('failed') ?? 0,
    createdAt: row.created_at,
    ...(row.finished_at !== null && { finishedAt: row.finished_at }),
  }
}

const itemOf = (row: Tables['backfill_item']): Item => ({
  backfill: row.backfill,
  index: row.number,
  params: decodeJson(row.params),
  state: row.state,
  runId: row.run_id ?? undefined,
  error: decodeOptionalJson(row.error),
})
