import { RegiaError, type SecretRef, type Upstream } from '@regia/core'

/** Finds the text behind a reference, each time anew. @param whose - What needs it, for the message. */
export type ReadSecret = (ref: SecretRef, whose: string) => Promise<string>

/** What goes along with a request, and how to take it out of what the other side says. */
export type Credentials = {
  readonly headers: Readonly<Record<string, string>>
  readonly mask: (text: string) => string
}

/** For programs that have no secrets to give. */
export const noSecrets: ReadSecret = async (ref, whose) => {
  throw new RegiaError('CONFIG_INVALID', `The secret of ${whose} is not read here.`, {
    where: 'env' in ref ? ref.env : ref.file,
    hint: 'Ask the endpoint of the server that the model was imported into.',
  })
}

const NOTHING: Credentials = { headers: {}, mask: (text) => text }

/**
 * The headers that a server demands, with their secrets as they are now.
 *
 * @throws RegiaError `UNAVAILABLE` naming the variable or file of a secret that is absent or cannot stand in a header.
 */
export async function readCredentials(
  { model, credentials }: Pick<Upstream, 'model' | 'credentials'>,
  readSecret: ReadSecret,
): Promise<Credentials> {
  if (!credentials) return NOTHING
  const read = (ref: SecretRef) => readWhole(ref, `the server that answers for "${model}"`, readSecret)
  if (credentials.kind === 'headers') {
    const named = Object.entries(credentials.headers).map(async ([name, ref]) => [name, await read(ref)] as const)
    const headers = Object.fromEntries(await Promise.all(named))
    return { headers, mask: without(Object.values(headers)) }
  }
  const secret = await read(credentials.secret)
  if (credentials.kind === 'bearer') return { headers: { authorization: `Bearer ${secret}` }, mask: without([secret]) }
  const pair = Buffer.from(`${credentials.user}:${secret}`).toString('base64')
  return { headers: { authorization: `Basic ${pair}` }, mask: without([secret, pair]) }
}

/** Nothing is answered by this server without its secret, but the fault is not the request's. */
async function readWhole(ref: SecretRef, whose: string, readSecret: ReadSecret): Promise<string> {
  const secret = await readSecret(ref, whose).catch((cause: unknown) => {
    if (!(cause instanceof RegiaError)) throw cause
    const { message, where, hint } = cause
    throw new RegiaError('UNAVAILABLE', message, {
      ...(where !== undefined && { where }),
      ...(hint !== undefined && { hint }),
      cause,
    })
  })
  // The runtime would tell the value in its own message.
  if (/^[\t\x20-\x7e\x80-\xff]+$/.test(secret)) return secret
  throw new RegiaError('UNAVAILABLE', `The secret of ${whose} holds characters that no header may hold.`, {
    where: 'env' in ref ? ref.env : ref.file,
    hint: 'Write the token alone, on one line.',
  })
}

/** What the other side says may repeat what it was sent. */
const without =
  (secrets: readonly string[]) =>
  (text: string): string =>
    secrets.reduce((masked, secret) => masked.replaceAll(secret, '***'), text)
