import {
  type IdFactory,
  type NewWebhook,
  newWebhookSchema,
  type Page,
  RegiaError,
  type RegistryChange,
  toIso,
  type Webhook,
  type WebhookChange,
  type WebhookDelivery,
  type WebhookEvent,
  type WebhookId,
  type WebhookTest,
} from '@regia/core'
import type { Connection, Database } from '../database/database.ts'
import { pageOf } from '../http/paging.ts'
import { giveUpAll, insertDeliveries, listDeliveries, type NewDelivery } from './outbox.ts'
import { ownerOf, type SendDeps, sendDelivery } from './send-delivery.ts'
import { parseWebhookUrl } from './webhook-address.ts'
import { WebhookSender } from './webhook-sender.ts'
import {
  deleteWebhook,
  findByIdOrName,
  insertWebhook,
  isActive,
  type KeptWebhook,
  listenersOf,
  listWebhooks,
  updateWebhook,
} from './webhook-store.ts'

/** What a change means to webhooks: which event, and what of it is told. */
export type WebhookMessage = { readonly event: WebhookEvent; readonly data: Readonly<Record<string, unknown>> }

export type WebhookDeps = SendDeps & {
  readonly database: Database
  /** `undefined` for what nobody is told of. */
  readonly messageOf: (change: RegistryChange) => WebhookMessage | undefined
  /** A message of an event that never happened. */
  readonly exampleOf: (event: WebhookEvent) => WebhookMessage['data']
  readonly publish: (type: 'webhook', id: string) => void
  readonly newId: IdFactory
  readonly onError: (error: unknown) => void
}

type Window = { readonly limit: number; readonly offset: number }

/** Who is told of changes of the registry and of finished jobs: messages written with the change, sent afterwards, at least once each. */
export class WebhookService {
  readonly #deps: WebhookDeps
  readonly sender: WebhookSender

  constructor(deps: WebhookDeps) {
    this.#deps = deps
    this.sender = new WebhookSender(deps)
  }

  /** Writes down, within the transaction that changes something, who is to be told of it. */
  async tell(connection: Connection, change: RegistryChange): Promise<void> {
    const message = this.#deps.messageOf(change)
    if (message) await this.announce(connection, message)
  }

  /**
   * The same of anything else that happened.
   *
   * @param also - A webhook by id, told whatever it listens to; one that is gone or disabled is not.
   */
  async announce(connection: Connection, message: WebhookMessage, also?: WebhookId): Promise<void> {
    const listening = await listenersOf(connection, message.event)
    const asked = also !== undefined && (await isActive(connection, also)) ? [also] : []
    const listeners = [...new Set([...listening, ...asked])]
    if (listeners.length === 0) return
    const now = this.#deps.clock()
    const shared = { event: message.event, body: this.#bodyOf(message, now), at: toIso(now) }
    const deliveries = listeners.map(
      (webhook): NewDelivery => ({ id: this.#deps.newId('delivery'), webhook, ...shared }),
    )
    await insertDeliveries(connection, deliveries, now)
  }

  async list({ limit, offset }: Window): Promise<Page<Webhook>> {
    const { items, total } = await listWebhooks(this.#deps.database, { limit, offset })
    return pageOf(await Promise.all(items.map((webhook) => this.#viewOf(webhook))), total, offset)
  }

  /** By id or name. @throws RegiaError `NOT_FOUND`, `CONFLICT` for a name that several have. */
  async get(idOrName: string): Promise<Webhook> {
    return this.#viewOf(await this.#find(idOrName))
  }

  /** @throws RegiaError `INVALID_INPUT`, `PATH_OUTSIDE_ROOT` for an address that must not be asked. */
  async create(wanted: NewWebhook): Promise<Webhook> {
    const { database, newId, clock, allowsPrivate, publish } = this.#deps
    const { name, url, events, description, secret, status } = newWebhookSchema.parse(wanted)
    parseWebhookUrl(url, allowsPrivate)
    const id = newId('webhook')
    const at = toIso(clock())
    const webhook: KeptWebhook = {
      ...{ id, name, url, status, createdAt: at, updatedAt: at },
      events: [...new Set(events)],
      ...(description !== undefined && { description }),
      secret: this.#keep(id, secret),
    }
    await insertWebhook(database, webhook)
    publish('webhook', id)
    return this.#viewOf(webhook)
  }

  /** @throws RegiaError as {@link get} and {@link create}. */
  async update(idOrName: string, change: WebhookChange): Promise<Webhook> {
    const { database, clock, allowsPrivate, publish } = this.#deps
    const before = await this.#find(idOrName)
    if (change.url !== undefined) parseWebhookUrl(change.url, allowsPrivate)
    const webhook: KeptWebhook = {
      id: before.id,
      name: change.name ?? before.name,
      url: change.url ?? before.url,
      events: [...new Set(change.events ?? before.events)],
      ...descriptionAfter(before, change),
      status: change.status ?? before.status,
      secret: change.secret === undefined ? before.secret : this.#keep(before.id, change.secret ?? undefined),
      createdAt: before.createdAt,
      updatedAt: toIso(clock()),
    }
    await updateWebhook(database, webhook)
    publish('webhook', webhook.id)
    return this.#viewOf(webhook)
  }

  /** What it was not told yet is given up. @throws RegiaError as {@link get}. */
  async delete(idOrName: string): Promise<void> {
    const { database, publish } = this.#deps
    const { id } = await this.#find(idOrName)
    await database.transaction().execute(async (connection) => {
      await giveUpAll(connection, id, 'The webhook was removed.')
      await deleteWebhook(connection, id)
    })
    publish('webhook', id)
  }

  /** Sends a trial message now, once. @throws RegiaError as {@link get}. */
  async test(idOrName: string, event?: WebhookEvent): Promise<WebhookTest> {
    const { newId, clock, exampleOf } = this.#deps
    const webhook = await this.#find(idOrName)
    const chosen = event ?? webhook.events[0]
    if (chosen === undefined) throw new Error('unreachable: a webhook has events')
    const body = this.#bodyOf({ event: chosen, data: exampleOf(chosen) }, clock())
    const {
      isWorthAnother: _,
      retryAfterMs: __,
      ...result
    } = await sendDelivery(this.#deps, webhook, { id: newId('delivery'), body }, this.sender.stopped)
    return result
  }

  /** What it was told, newest first. @throws RegiaError as {@link get}. */
  async deliveries(idOrName: string, { limit, offset }: Window): Promise<Page<WebhookDelivery>> {
    const { id } = await this.#find(idOrName)
    const { items, total } = await listDeliveries(this.#deps.database, { webhook: id, limit, offset })
    return pageOf(items, total, offset)
  }

  #bodyOf({ event, data }: WebhookMessage, now: number): string {
    const [entity, action] = event.split('.')
    return JSON.stringify({ entity, action, timestamp: toIso(now), data })
  }

  #keep(id: WebhookId, secret: NewWebhook['secret']): KeptWebhook['secret'] {
    return typeof secret === 'string' ? { sealed: this.#deps.sealer.seal(secret, ownerOf(id)) } : secret
  }

  async #viewOf({ secret, ...webhook }: KeptWebhook): Promise<Webhook> {
    const { items } = await listDeliveries(this.#deps.database, { webhook: webhook.id, limit: 1, offset: 0 })
    const [last] = items
    return { ...webhook, isSigned: secret !== undefined, ...(last && { last }) }
  }

  async #find(idOrName: string): Promise<KeptWebhook> {
    const found = await findByIdOrName(this.#deps.database, idOrName)
    const [webhook] = found
    if (webhook && found.length === 1) return webhook
    if (webhook) {
      throw new RegiaError('CONFLICT', `${found.length} webhooks have the name "${idOrName}".`, {
        hint: `Use an id: ${found.map(({ id }) => id).join(', ')}.`,
      })
    }
    throw new RegiaError('NOT_FOUND', `There is no webhook "${idOrName}".`, {
      hint: 'See "regia webhooks list" for their ids and names.',
    })
  }
}

function descriptionAfter(
  { description: before }: KeptWebhook,
  { description }: WebhookChange,
): { readonly description?: string } {
  const after = description === undefined ? before : (description ?? undefined)
  return after === undefined ? {} : { description: after }
}
