import type { DeliveryId, WebhookDelivery, WebhookEvent, WebhookId } from '@regia/core'
import type { Selectable } from 'kysely'
import type { Connection, Tables } from '../database/database.ts'

export type Outgoing = WebhookDelivery & { readonly body: string }

export type NewDelivery = {
  readonly id: DeliveryId
  readonly webhook: WebhookId
  readonly event: WebhookEvent
  readonly body: string
  readonly at: string
}

export async function insertDeliveries(
  connection: Connection,
  deliveries: readonly NewDelivery[],
  now: number,
): Promise<void> {
  if (deliveries.length === 0) return
  const waiting = { status: 'waiting', attempts: 0, next_at: now, response_status: null, error: null } as const
  await connection
    .insertInto('webhook_delivery')
    .values(deliveries.map((delivery) => ({ ...delivery, ...waiting })))
    .execute()
}

/** What may be sent now, oldest first, to webhooks that are not being told already. */
export async function dueDeliveries(
  connection: Connection,
  { now, busy, limit }: { readonly now: number; readonly busy: readonly WebhookId[]; readonly limit: number },
): Promise<readonly Outgoing[]> {
  const rows = await connection
    .selectFrom('webhook_delivery')
    .selectAll()
    .where('status', '=', 'waiting')
    .where('next_at', '<=', now)
    .$if(busy.length > 0, (select) => select.where('webhook', 'not in', busy))
    .orderBy('next_at')
    .orderBy('number')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...deliveryOf(row), body: row.body }))
}

/** Takes a delivery to send it, until `leaseUntil`; false where somebody else has. */
export async function takeDelivery(
  connection: Connection,
  { id, attempts }: WebhookDelivery,
  leaseUntil: number,
): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('webhook_delivery')
    .set({ attempts: attempts + 1, next_at: leaseUntil })
    .where('id', '=', id)
    .where('status', '=', 'waiting')
    .where('attempts', '=', attempts)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** What an earlier process held while it sent may be sent at once. */
export async function bringForward(connection: Connection, now: number, withinMs: number): Promise<void> {
  await connection
    .updateTable('webhook_delivery')
    .set({ next_at: now })
    .where('status', '=', 'waiting')
    .where('next_at', '>', now)
    .where('next_at', '<=', now + withinMs)
    .execute()
}

export type AttemptEnd = {
  readonly status: WebhookDelivery['status']
  readonly nextAt?: number
  readonly responseStatus: number | undefined
  readonly error: string | undefined
}

export async function endAttempt(connection: Connection, id: DeliveryId, end: AttemptEnd): Promise<void> {
  await connection
    .updateTable('webhook_delivery')
    .set({
      status: end.status,
      response_status: end.responseStatus ?? null,
      error: end.error ?? null,
      ...(end.nextAt !== undefined && { next_at: end.nextAt }),
    })
    .where('id', '=', id)
    .where('status', '=', 'waiting')
    .execute()
}

/** Everything that waits for a webhook rests with the one that failed. */
export async function holdBack(connection: Connection, webhook: WebhookId, until: number): Promise<void> {
  await connection
    .updateTable('webhook_delivery')
    .set({ next_at: until })
    .where('webhook', '=', webhook)
    .where('status', '=', 'waiting')
    .where('next_at', '<', until)
    .execute()
}

/** What still waits for a webhook that is no more is given up. */
export async function giveUpAll(connection: Connection, webhook: WebhookId, error: string): Promise<void> {
  await connection
    .updateTable('webhook_delivery')
    .set({ status: 'failed', error })
    .where('webhook', '=', webhook)
    .where('status', '=', 'waiting')
    .execute()
}

/** What arrived or was given up before a time. */
export async function forgetDeliveries(connection: Connection, before: string): Promise<void> {
  await connection.deleteFrom('webhook_delivery').where('status', '!=', 'waiting').where('at', '<', before).execute()
}

/** Newest first. */
export async function listDeliveries(
  connection: Connection,
  query: { readonly webhook: WebhookId; readonly limit: number; readonly offset: number },
): Promise<{ readonly items: readonly WebhookDelivery[]; readonly total: number }> {
  const all = connection.selectFrom('webhook_delivery').where('webhook', '=', query.webhook)
  const rows = await all.selectAll().orderBy('number', 'desc').limit(query.limit).offset(query.offset).execute()
  const { total } = await all.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { items: rows.map(deliveryOf), total: Number(total) }
}

const deliveryOf = (row: Selectable<Tables['webhook_delivery']>): WebhookDelivery => ({
  id: row.id,
  webhook: row.webhook,
  event: row.event,
  at: row.at,
  status: row.status,
  attempts: row.attempts,
  ...(row.response_status !== null && { responseStatus: row.response_status }),
  ...(row.error !== null && { error: row.error }),
})
