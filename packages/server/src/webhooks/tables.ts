import type { DeliveryId, SecretRef, WEBHOOK_STATUSES, WebhookDelivery, WebhookEvent, WebhookId } from '@regia/core'
import type { Generated } from 'kysely'
import type { JsonText } from '../database/json-text.ts'

/** A reference, or a text that only this home can open. */
export type KeptSecret = SecretRef | { readonly sealed: string }

export type WebhookTables = {
  webhook: {
    /** Order in which they were made. */
    number: Generated<number>
    id: WebhookId
    name: string
    url: string
    events: JsonText<readonly WebhookEvent[]>
    description: string | null
    secret: JsonText<KeptSecret> | null
    status: (typeof WEBHOOK_STATUSES)[number]
    created_at: string
    updated_at: string
  }
  /** What is to be told to whom: written with what happened, sent afterwards until it arrived. */
  webhook_delivery: {
    number: Generated<number>
    id: DeliveryId
    webhook: WebhookId
    event: WebhookEvent
    /** The whole body, the same in every attempt. */
    body: string
    at: string
    status: WebhookDelivery['status']
    attempts: number
    /** Milliseconds since 1970: not to be sent earlier. */
    next_at: number
    response_status: number | null
    error: string | null
  }
}
