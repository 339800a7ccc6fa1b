import { type Notification, type NotifierSpec, RegiaError, type SecretRef } from '@regia/core'
import { readSecret, type SecretPlaces } from '../secrets/read-secret.ts'
import { type CustomNotifier, sendVia } from './via/index.ts'

export type DeliverDeps = {
  readonly secrets: SecretPlaces
  readonly custom: Readonly<Record<string, CustomNotifier>>
  /** Where the server can be reached, once it is known. */
  readonly address: () => string | undefined
}

/** Long enough for a slow mail server, short enough not to keep the others waiting. */
const TIMEOUT_MS = 15_000

/**
 * Sends one notification, once. Secrets are read now and are in no answer.
 *
 * @returns What was in the way; nothing where it arrived.
 */
export async function deliver(
  deps: DeliverDeps,
  spec: NotifierSpec,
  notification: Notification,
  stop: AbortSignal,
): Promise<string | undefined> {
  const secrets: string[] = []
  const read = async (ref: SecretRef): Promise<string> => {
    const secret = await readSecret(ref, `notifier "${spec.name}"`, deps.secrets)
    secrets.push(secret)
    return secret
  }
  const signal = AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)])
  const link = `${deps.address() ?? ''}${notification.path}`
  try {
    await sendVia(spec.via, { notification, link, read, custom: deps.custom, signal })
    return undefined
  } catch (error) {
    return withoutSecrets(textOf(error), secrets).slice(0, 500)
  }
}

function textOf(error: unknown): string {
  if (error instanceof RegiaError) return [error.message, error.hint].filter(Boolean).join(' ')
  return error instanceof Error ? error.message : String(error)
}

/** What the other side says may repeat what it was sent. */
const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((told, secret) => told.replaceAll(secret, '***'), text)
