import {
  type NewWebhook,
  newWebhookSchema,
  type Page,
  REGISTRY_EVENTS,
  type Webhook,
  type WebhookChange,
  type WebhookEvent,
  type WebhookTest,
} from '@regia/core'
import {
  choice,
  doesNotExist,
  type Endpoint,
  endpoint,
  invalidParameter,
  type JsonRecord,
  MlflowError,
  orAbsent,
  record,
  records,
  rephrase,
  required,
  text,
} from '../wire/index.ts'
import { decodeOffset, encodeOffset } from './offset-token.ts'
import { pageSize } from './registry-fields.ts'

/** What the protocol needs of webhooks. */
export type WebhookProtocol = {
  readonly list: (window: { readonly limit: number; readonly offset: number }) => Promise<Page<Webhook>>
  readonly get: (id: string) => Promise<Webhook>
  readonly create: (webhook: NewWebhook) => Promise<Webhook>
  readonly update: (id: string, change: WebhookChange) => Promise<Webhook>
  readonly delete: (id: string) => Promise<void>
  readonly test: (id: string, event?: WebhookEvent) => Promise<WebhookTest>
}

const AT = '/mlflow/webhooks'
const ONE = `${AT}/:webhook_id`
const MOST_WEBHOOKS = 1_000
const USUAL_WEBHOOKS = 100

const STATUSES = { ACTIVE: 1, DISABLED: 2 } as const
const ENTITIES = {
  REGISTERED_MODEL: 1,
  MODEL_VERSION: 2,
  MODEL_VERSION_TAG: 3,
  MODEL_VERSION_ALIAS: 4,
  PROMPT: 5,
  PROMPT_VERSION: 6,
  PROMPT_TAG: 7,
  PROMPT_VERSION_TAG: 8,
  PROMPT_ALIAS: 9,
} as const
const ACTIONS = { CREATED: 1, UPDATED: 2, DELETED: 3, SET: 4 } as const

const id = required(text())
const settable = {
  name: text(),
  description: text(),
  url: text(),
  events: records(readEvent),
  secret: text(),
  status: choice(STATUSES),
} as const

/** RPCs about webhooks. */
export function webhookEndpoints(webhooks: WebhookProtocol): readonly Endpoint[] {
  return [
    endpoint({
      verb: 'POST',
      path: AT,
      fields: { ...settable, name: required(text()), url: required(text()), events: required(settable.events) },
      handle: async ({ secret, description, status, ...asked }) => {
        const wanted = { ...asked, events: [...asked.events], ...changeOf({ secret, description, status }) }
        assertValid(newWebhookSchema.safeParse(wanted))
        return reply(await refusing('', webhooks.create(wanted)))
      },
    }),
    endpoint({
      verb: 'GET',
      path: AT,
      fields: { max_results: pageSize(MOST_WEBHOOKS), page_token: text() },
      handle: async ({ max_results: limit = USUAL_WEBHOOKS, page_token: token }) => {
        const offset = decodeOffset(token)
        const { items, total } = await webhooks.list({ limit, offset })
        const next = offset + items.length
        return {
          webhooks: orAbsent(items.map(webhookToWire)),
          next_page_token: items.length > 0 && next < total ? encodeOffset(next) : undefined,
        }
      },
    }),
    endpoint({
      verb: 'GET',
      path: ONE,
      fields: { webhook_id: id },
      handle: async ({ webhook_id }) => reply(await refusing(webhook_id, webhooks.get(webhook_id))),
    }),
    endpoint({
      verb: 'PATCH',
      path: ONE,
      fields: { webhook_id: id, ...settable },
      handle: async ({ webhook_id, ...asked }) => {
        const change = changeOf(asked)
        assertValid(newWebhookSchema.partial().safeParse(change))
        return reply(await refusing(webhook_id, webhooks.update(webhook_id, change)))
      },
    }),
    endpoint({
      verb: 'DELETE',
      path: ONE,
      fields: { webhook_id: id },
      handle: async ({ webhook_id }) => {
        await refusing(webhook_id, webhooks.delete(webhook_id))
        return undefined
      },
    }),
    endpoint({
      verb: 'POST',
      path: `${ONE}/test`,
      fields: { webhook_id: id, event: record(readEvent) },
      handle: async ({ webhook_id, event }) => ({
        result: testToWire(await refusing(webhook_id, webhooks.test(webhook_id, event))),
      }),
    }),
  ]
}

type Asked = {
  readonly name?: string | undefined
  readonly description?: string | undefined
  readonly url?: string | undefined
  readonly events?: readonly WebhookEvent[] | undefined
  readonly secret?: string | undefined
  readonly status?: keyof typeof STATUSES | undefined
}

/** What is empty is not given: clients send every field. */
const changeOf = ({ name, description, url, events, secret, status }: Asked) => ({
  ...(name && { name }),
  ...(url && { url }),
  ...(events && events.length > 0 && { events: [...events] }),
  ...(description !== undefined && { description }),
  ...(secret && { secret }),
  ...(status && { status: status === 'ACTIVE' ? ('active' as const) : ('disabled' as const) }),
})

/** An event comes as `{entity, action}`, by name or number. */
function readEvent(item: JsonRecord, path: string): WebhookEvent {
  const event = `${nameIn(ENTITIES, item.entity)}.${nameIn(ACTIONS, item.action)}`.toLowerCase()
  const found = REGISTRY_EVENTS.find((each) => each === event)
  if (found) return found
  throw invalidParameter(
    `Invalid value ${JSON.stringify(item)} for parameter '${path}' supplied: Valid events are ${REGISTRY_EVENTS.join(', ')}.`,
  )
}

const nameIn = (names: Readonly<Record<string, number>>, raw: unknown): string =>
  Object.keys(names).find((name) => name === String(raw).toUpperCase() || names[name] === raw) ?? String(raw)

type Parsed = {
  readonly success: boolean
  readonly error?: { readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] }
}

function assertValid({ error }: Parsed): void {
  const issue = error?.issues[0]
  if (issue) throw invalidParameter(`Invalid value for parameter '${issue.path.join('.')}' supplied: ${issue.message}`)
}

const refusing = <T>(webhookId: string, work: Promise<T>): Promise<T> =>
  rephrase(work, {
    NOT_FOUND: () => doesNotExist(`Webhook with ID ${webhookId} not found.`),
    CONFLICT: ({ message, hint }) => new MlflowError('INVALID_PARAMETER_VALUE', `${message} ${hint ?? ''}`),
  })

const reply = (webhook: Webhook): object => ({ webhook: webhookToWire(webhook) })

/** The secret is never given out. */
const webhookToWire = (webhook: Webhook): object => ({
  webhook_id: webhook.id,
  name: webhook.name,
  description: webhook.description,
  url: webhook.url,
  // MLflow's client fails on an event that it does not know.
  events: webhook.events.filter(isOfRegistry).map(eventToWire),
  status: webhook.status === 'active' ? 'ACTIVE' : 'DISABLED',
  creation_timestamp: Date.parse(webhook.createdAt),
  last_updated_timestamp: Date.parse(webhook.updatedAt),
})

const isOfRegistry = (event: WebhookEvent): boolean => REGISTRY_EVENTS.some((known) => known === event)

function eventToWire(event: WebhookEvent): object {
  const [entity, action] = event.toUpperCase().split('.')
  return { entity, action }
}

const testToWire = ({ isDelivered, responseStatus, responseBody, error }: WebhookTest): object => ({
  success: isDelivered,
  response_status: responseStatus,
  response_body: responseBody,
  error_message: responseStatus === undefined ? error : undefined,
})
