import { RegiaError } from '@regia/core'
import type { Send, ViaOf } from './sender.ts'

const TIMEOUT_MS = 10_000

/** Mail, one to all. A password goes over an encrypted line, or over this machine's own. */
export const sendMail: Send<'smtp'> = async (via, { notification, link, read, signal }) => {
  const { createTransport } = await import('nodemailer')
  const password = via.password && (await read(via.password))
  const transport = createTransport({
    host: via.host,
    port: via.port,
    secure: via.isSecure,
    requireTLS: !via.isSecure && via.user !== undefined && !isHere(via.host),
    ...(via.user !== undefined && { auth: { user: via.user, pass: password ?? '' } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    // What a run says is text, never a file to read or an address to fetch.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const stop = () => transport.close()
  signal.addEventListener('abort', stop, { once: true })
  try {
    await transport.sendMail({
      from: via.from,
      to: [...via.to],
      subject: notification.title,
      text: `${notification.text}\n\n${link}\n`,
      messageId: messageIdOf(via, notification.notifier, notification.id),
      headers: { 'x-regia-event': notification.event, 'auto-submitted': 'auto-generated' },
    })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RegiaError('UNAVAILABLE', `${via.host}:${via.port} did not take the mail: ${reason}`, { cause })
  } finally {
    signal.removeEventListener('abort', stop)
    transport.close()
  }
}

/** The same for every attempt, so that a mailbox can tell what came twice. */
const messageIdOf = ({ from }: ViaOf<'smtp'>, notifier: string, id: number): string =>
  `<regia-${notifier}-${id}@${from.split('@').at(-1)}>`

const isHere = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
