import { createHmac } from 'node:crypto'

/** `v1,` and the HMAC-SHA256, in base 64, of id, time in seconds and body with dots between, as MLflow's receivers check it. */
export function signatureOf(secret: string, deliveryId: string, timestamp: string, body: string): string {
  const signed = createHmac('sha256', secret).update(`${deliveryId}.${timestamp}.${body}`, 'utf8')
  return `v1,${signed.digest('base64')}`
}
