import type { Notification, NotifierSpec } from '@regia/core'
import type { Selectable } from 'kysely'
import type { Connection, Tables } from '../database/database.ts'
import { decodeJson, encodeJson } from '../database/json-text.ts'
import { concerns, type Message } from './messages.ts'

export async function notifierSpecs(connection: Connection): Promise<readonly NotifierSpec[]> {
  const rows = await connection.selectFrom('notifier').select('spec').orderBy('name').execute()
  return rows.map(({ spec }) => decodeJson(spec))
}

export async function findNotifier(connection: Connection, name: string): Promise<NotifierSpec | undefined> {
  const row = await connection.selectFrom('notifier').select('spec').where('name', '=', name).executeTakeFirst()
  return row && decodeJson(row.spec)
}

export async function putNotifier(connection: Connection, spec: NotifierSpec, at: string): Promise<void> {
  const content = { spec: encodeJson(spec) }
  await connection
    .insertInto('notifier')
    .values({ name: spec.name, created_at: at, ...content })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(content))
    .execute()
}

/** What still waits to be sent through it is given up. */
export async function deleteNotifier(connection: Connection, name: string): Promise<void> {
  await connection
    .updateTable('notification')
    .set({ status: 'failed', error: 'The notifier was removed.' })
    .where('notifier', '=', name)
    .where('status', '=', 'waiting')
    .execute()
  await connection.deleteFrom('notifier').where('name', '=', name).execute()
}

/**
 * Writes down what is to be told, once for each occasion and notifier. Of several messages about one occasion a notifier gets the first one
 * that concerns it.
 *
 * @returns False where the occasion was told of already.
 */
export async function tell(
  connection: Connection,
  messages: readonly Message[],
  now: number,
  at: string,
): Promise<boolean> {
  const [first] = messages
  if (!first || !(await markTold(connection, first.occasion, at))) return false
  for (const spec of await notifierSpecs(connection)) {
    const message = messages.find((each) => concerns(spec, each))
    if (message) await insertNotification(connection, spec.name, message, now)
  }
  return true
}

/** @returns False where it was marked before. */
export async function markTold(connection: Connection, occasion: string, at: string): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await connection
    .insertInto('told')
    .values({ occasion, told_at: at })
    .onConflict((conflict) => conflict.column('occasion').doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

/** When something was told of for the first and for the last time; `now` where it never was. */
export async function toldSpan(
  connection: Connection,
  now: string,
): Promise<{ readonly first: string; readonly last: string }> {
  const row = await connection
    .selectFrom('told')
    .select(({ fn }) => [fn.min('told_at').as('first'), fn.max('told_at').as('last')])
    .executeTakeFirst()
  return { first: row?.first ?? now, last: row?.last ?? now }
}

/** What was told, and what of it arrived or was given up, before a time. */
export async function forgetTold(connection: Connection, before: string): Promise<void> {
  await connection.deleteFrom('notification').where('status', '!=', 'waiting').where('at', '<', before).execute()
  await connection.deleteFrom('told').where('told_at', '<', before).execute()
}

export async function insertNotification(
  connection: Connection,
  notifier: string,
  { event, occasion, title, text, path, at }: Message,
  now: number,
): Promise<number | undefined> {
  const row = await connection
    .insertInto('notification')
    .values({
      notifier,
      event,
      occasion,
      title: title.replace(/\s+/g, ' ').slice(0, 300),
      text: text.slice(0, 10_000),
      path,
      at,
      status: 'waiting',
      attempts: 0,
      next_at: now,
      error: null,
    })
    .onConflict((conflict) => conflict.columns(['notifier', 'occasion']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id
}

export async function findPosition(connection: Connection, source: string): Promise<number | undefined> {
  const row = await connection
    .selectFrom('told_position')
    .select('position')
    .where('source', '=', source)
    .executeTakeFirst()
  return row?.position
}

export async function putPosition(connection: Connection, source: string, position: number): Promise<void> {
  await connection
    .insertInto('told_position')
    .values({ source, position })
    .onConflict((conflict) => conflict.column('source').doUpdateSet({ position }))
    .execute()
}

/** What may be sent now, oldest first. */
export async function dueNotifications(connection: Connection, now: number, limit: number): Promise<Notification[]> {
  const rows = await connection
    .selectFrom('notification')
    .selectAll()
    .where('status', '=', 'waiting')
    .where('next_at', '<=', now)
    .orderBy('next_at')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(viewOf)
}

/** Takes a notification to send it, until `leaseUntil`; false where somebody else has. */
export async function takeNotification(
  connection: Connection,
  { id, attempts }: Notification,
  leaseUntil: number,
): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('notification')
    .set({ attempts: attempts + 1, next_at: leaseUntil })
    .where('id', '=', id)
    .where('status', '=', 'waiting')
    .where('attempts', '=', attempts)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** What an earlier process held while it sent, or would be tried again within that time, may be sent at once. */
export async function bringForward(connection: Connection, now: number, withinMs: number): Promise<void> {
  await connection
    .updateTable('notification')
    .set({ next_at: now })
    .where('status', '=', 'waiting')
    .where('next_at', '>', now)
    .where('next_at', '<=', now + withinMs)
    .execute()
}

export type Ended = {
  readonly status: Notification['status']
  readonly nextAt?: number
  readonly error: string | null
}

export async function endAttempt(connection: Connection, id: number, { status, nextAt, error }: Ended): Promise<void> {
  await connection
    .updateTable('notification')
    .set({ status, error, ...(nextAt !== undefined && { next_at: nextAt }) })
    .where('id', '=', id)
    .where('status', '=', 'waiting')
    .execute()
}

export async function findNotification(connection: Connection, id: number): Promise<Notification | undefined> {
  const row = await connection.selectFrom('notification').selectAll().where('id', '=', id).executeTakeFirst()
  return row && viewOf(row)
}

export type NotificationQuery = {
  readonly notifier?: string | undefined
  readonly limit: number
  readonly offset: number
}

/** Newest first. */
export async function listNotifications(
  connection: Connection,
  { notifier, limit, offset }: NotificationQuery,
): Promise<{ readonly items: readonly Notification[]; readonly total: number }> {
  const all = connection
    .selectFrom('notification')
    .$if(notifier !== undefined, (select) => select.where('notifier', '=', notifier ?? ''))
  const rows = await all.selectAll().orderBy('id', 'desc').limit(limit).offset(offset).execute()
  const { total } = await all.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { items: rows.map(viewOf), total: Number(total) }
}

const viewOf = (row: Selectable<Tables['notification']>): Notification => ({
  id: row.id,
  notifier: row.notifier,
  event: row.event,
  title: row.title,
  text: row.text,
  path: row.path,
  at: row.at,
  status: row.status,
  attempts: row.attempts,
  ...(row.error !== null && { error: row.error }),
})
