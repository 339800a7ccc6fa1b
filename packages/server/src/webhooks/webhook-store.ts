import type { Webhook, WebhookEvent, WebhookId } from '@regia/core'
import type { Selectable } from 'kysely'
import type { Connection, Tables } from '../database/database.ts'
import { decodeJson, decodeOptionalJson, encodeJson } from '../database/json-text.ts'
import type { KeptSecret } from './tables.ts'

/** A webhook with what signs its messages. */
export type KeptWebhook = Omit<Webhook, 'isSigned' | 'last'> & { readonly secret: KeptSecret | undefined }

export async function insertWebhook(connection: Connection, webhook: KeptWebhook): Promise<void> {
  const { id, createdAt } = webhook
  await connection
    .insertInto('webhook')
    .values({ id, created_at: createdAt, ...contentOf(webhook) })
    .execute()
}

export async function updateWebhook(connection: Connection, webhook: KeptWebhook): Promise<void> {
  await connection.updateTable('webhook').set(contentOf(webhook)).where('id', '=', webhook.id).execute()
}

const contentOf = ({ name, url, events, description, secret, status, updatedAt }: KeptWebhook) => ({
  name,
  url,
  events: encodeJson(events),
  description: description ?? null,
  secret: secret ? encodeJson(secret) : null,
  status,
  updated_at: updatedAt,
})

export async function findWebhook(connection: Connection, id: WebhookId): Promise<KeptWebhook | undefined> {
  const row = await connection.selectFrom('webhook').selectAll().where('id', '=', id).executeTakeFirst()
  return row && keptOf(row)
}

/** By id or, where it is the only one of that name, by name. */
export async function findByIdOrName(connection: Connection, text: string): Promise<readonly KeptWebhook[]> {
  const rows = await connection
    .selectFrom('webhook')
    .selectAll()
    .where(({ eb, or }) => or([eb('id', '=', text as WebhookId), eb('name', '=', text)]))
    .execute()
  const exact = rows.filter(({ id }) => id === text)
  return (exact.length > 0 ? exact : rows).map(keptOf)
}

/** Newest first. */
export async function listWebhooks(
  connection: Connection,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<{ readonly items: readonly KeptWebhook[]; readonly total: number }> {
  const rows = await connection
    .selectFrom('webhook')
    .selectAll()
    .orderBy('number', 'desc')
    .limit(limit)
    .offset(offset)
    .execute()
  const { total } = await connection
    .selectFrom('webhook')
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return { items: rows.map(keptOf), total: Number(total) }
}

/** Active ones that asked for it. */
export async function listenersOf(connection: Connection, event: WebhookEvent): Promise<readonly WebhookId[]> {
  const rows = await connection
    .selectFrom('webhook')
    .select(['id', 'events'])
    .where('status', '=', 'active')
    .orderBy('number')
    .execute()
  return rows.filter(({ events }) => decodeJson(events).includes(event)).map(({ id }) => id)
}

export async function isActive(connection: Connection, id: WebhookId): Promise<boolean> {
  const row = await connection
    .selectFrom('webhook')
    .select('id')
    .where('id', '=', id)
    .where('status', '=', 'active')
    .executeTakeFirst()
  return row !== undefined
}

export async function deleteWebhook(connection: Connection, id: WebhookId): Promise<void> {
  await connection.deleteFrom('webhook').where('id', '=', id).execute()
}

function keptOf(row: Selectable<Tables['webhook']>): KeptWebhook {
  return {
    id: row.id,
    name: row.name,
    url: row.url,
    events: [...decodeJson(row.events)],
    ...(row.description !== null && { description: row.description }),
    secret: decodeOptionalJson(row.secret),
    status: row.status,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
