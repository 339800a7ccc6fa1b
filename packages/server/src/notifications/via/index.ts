import { sendCustom } from './custom.ts'
import type { Sending, Via } from './sender.ts'
import { sendSlack } from './slack.ts'
import { sendMail } from './smtp.ts'
import { sendWebhook } from './webhook.ts'

export { unknownType } from './custom.ts'
export type { CustomNotifier, Sending } from './sender.ts'

/** Sends a notification in the way that its notifier names. */
export function sendVia(via: Via, sending: Sending): Promise<void> {
  switch (via.kind) {
    case 'webhook':
      return sendWebhook(via, sending)
    case 'slack':
      return sendSlack(via, sending)
    case 'smtp':
      return sendMail(via, sending)
    case 'custom':
      return sendCustom(via, sending)
  }
}
