import { createHmac } from 'node:crypto'
import { addressOf, postJson } from './post-json.ts'
import type { Send } from './sender.ts'

/** POSTs the notification as JSON. What comes twice has the same id; with a secret the body is signed. */
export const sendWebhook: Send<'webhook'> = async (via, { notification, link, read, signal }) => {
  const { id, notifier, event, title, text, path, at } = notification
  const body = JSON.stringify({ id, notifier, event, title, text, path, link, at })
  const secret = via.secret && (await read(via.secret))
  const headers = {
    'x-regia-event': event,
    'idempotency-key': `${notifier}-${id}`,
    ...(secret !== undefined && { 'x-regia-signature': signatureOf(body, secret) }),
  }
  await postJson({ url: await addressOf(via.url, read), body, headers, signal })
}

export const signatureOf = (body: string, secret: string): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
