import type {
  NewWebhook,
  Page,
  PageQuery,
  Webhook,
  WebhookChange,
  WebhookDelivery,
  WebhookEvent,
  WebhookTest,
} from '@regia/core'
import type { Transport } from './transport.ts'

type Path = (...parts: readonly (string | number)[]) => string

/**
 * Who is told of changes of the registry; a part of the client. A webhook is named by its id, or by its name where no other has it: methods throw
 * `NOT_FOUND`, and `CONFLICT` for a name that several have.
 *
 * @example
 * const hook = await regia.webhooks.create({ name: 'ci', url: 'https://ci.example.org/hook', events: ['model_version.created'] })
 */
export const webhookClient = ({ json }: Transport, at: Path) => ({
  webhooks: {
    /** Newest first. */
    list: (query: PageQuery = {}) => json<Page<Webhook>>('GET', at('webhooks'), { query }),
    get: (webhook: string) => json<Webhook>('GET', at('webhooks', webhook)),
    /** A secret given as text is kept sealed and never given out again. Throws `INVALID_INPUT`, `PATH_OUTSIDE_ROOT` for a private address. */
    create: (body: NewWebhook) => json<Webhook>('POST', at('webhooks'), { body }),
    /** What is not given stays; `null` takes a description or secret away. */
    update: (webhook: string, body: WebhookChange) => json<Webhook>('POST', at('webhooks', webhook), { body }),
    /** What it was not told yet is given up. */
    delete: (webhook: string) => json<void>('DELETE', at('webhooks', webhook)),
    /** Sends a trial message of one of its events now, once, and says what came of it. */
    test: (webhook: string, body: { readonly event?: WebhookEvent } = {}) =>
      json<WebhookTest>('POST', at('webhooks', webhook, 'test'), { body }),
    /** What it was told, newest first. */
    deliveries: (webhook: string, query: PageQuery = {}) =>
      json<Page<WebhookDelivery>>('GET', at('webhooks', webhook, 'deliveries'), { query }),
  },
})
