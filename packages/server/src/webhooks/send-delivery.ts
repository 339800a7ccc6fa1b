import type { Clock, DeliveryId, WebhookTest } from '@regia/core'
import { readSecret, type SecretPlaces } from '../secrets/read-secret.ts'
import type { Sealer } from '../secrets/sealed-text.ts'
import { faultText, postMessage } from './post-message.ts'
import { signatureOf } from './sign.ts'
import type { KeptWebhook } from './webhook-store.ts'

export type SendDeps = {
  readonly clock: Clock
  readonly secrets: SecretPlaces
  readonly sealer: Sealer
  /** Addresses of private networks and plain http may be asked as well. */
  readonly allowsPrivate: boolean
}

export type Sent = WebhookTest & {
  /** Whether the same message may arrive later. */
  readonly isWorthAnother: boolean
  readonly retryAfterMs: number | undefined
}

/** As long as MLflow's own server waits. */
const TIMEOUT_MS = 30_000
const KEPT_ERROR = 300

/** Sends one message, once. The secret is read now and is in no answer. */
export async function sendDelivery(
  deps: SendDeps,
  webhook: KeptWebhook,
  message: { readonly id: DeliveryId; readonly body: string },
  stop: AbortSignal,
): Promise<Sent> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)])
  let secret: string | undefined
  try {
    secret = await secretOf(deps, webhook)
    const headers = headersOf(message, secret, deps.clock())
    const answer = await postMessage({
      ...webhook,
      headers,
      body: message.body,
      allowsPrivate: deps.allowsPrivate,
      signal,
    })
    return judge(answer.status, without(answer.body, secret), answer.retryAfterMs)
  } catch (error) {
    const isForGood = error instanceof Error && 'code' in error && REFUSED.has(String(error.code))
    const text = without(faultText(error, signal), secret).slice(0, KEPT_ERROR)
    return { isDelivered: false, error: text, isWorthAnother: !isForGood, retryAfterMs: undefined }
  }
}

/** Of an address that must not be asked, however often. */
const REFUSED = new Set(['PATH_OUTSIDE_ROOT', 'INVALID_INPUT'])

async function secretOf({ secrets, sealer }: SendDeps, { id, name, secret }: KeptWebhook): Promise<string | undefined> {
  if (secret === undefined) return undefined
  if ('sealed' in secret) return sealer.open(secret.sealed, ownerOf(id))
  return readSecret(secret, `webhook "${name}"`, secrets)
}

export const ownerOf = (id: KeptWebhook['id']): string => `webhook ${id}`

function headersOf({ id, body }: { id: DeliveryId; body: string }, secret: string | undefined, now: number) {
  const timestamp = String(Math.floor(now / 1_000))
  return {
    'X-MLflow-Delivery-Id': id,
    'X-MLflow-Timestamp': timestamp,
    ...(secret !== undefined && { 'X-MLflow-Signature': signatureOf(secret, id, timestamp, body) }),
  }
}

function judge(status: number, body: string, retryAfterMs: number | undefined): Sent {
  const seen = { responseStatus: status, responseBody: body, retryAfterMs }
  if (status >= 200 && status < 300) return { ...seen, isDelivered: true, isWorthAnother: false }
  const isElsewhere = status >= 300 && status < 400
  const said = body.replace(/\s+/g, ' ').trim().slice(0, KEPT_ERROR)
  const error = isElsewhere
    ? `It answered ${status}: it wants to be asked elsewhere, and redirects are not followed.`
    : `It answered ${status}${said && `: ${said}`}`
  return { ...seen, isDelivered: false, error, isWorthAnother: status === 429 || status >= 500 }
}

/** What the other side says may repeat what it was sent. */
const without = (text: string, secret: string | undefined): string =>
  secret === undefined ? text : text.replaceAll(secret, '***')
