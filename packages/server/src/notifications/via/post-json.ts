import { RegiaError, type SecretRef } from '@regia/core'

/** So much of a reply is read, to say what was wrong. */
const MAX_REPLY_BYTES = 1_000

type Post = {
  readonly url: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** POSTs JSON. Redirects are not followed: what is told is for the address that was named. @throws Error saying what the other side did. */
export async function postJson({ url, body, headers = {}, signal }: Post): Promise<void> {
  const { host } = parseAddress(url)
  const response = await reach(host, url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'regia', ...headers },
    redirect: 'manual',
    signal,
  })
  const excerpt = await firstBytes(response)
  if (response.ok) return
  if (response.status >= 300 && response.status < 400) {
    throw new RegiaError('UNAVAILABLE', `${host} answered ${response.status}: it wants to be asked elsewhere.`, {
      hint: 'Redirects are not followed; name the address where it ends.',
    })
  }
  throw new RegiaError('UNAVAILABLE', `${host} answered ${response.status}${excerpt && `: ${excerpt}`}`)
}

function parseAddress(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed && (parsed.protocol === 'http:' || parsed.protocol === 'https:')) return parsed
  throw new RegiaError('CONFIG_INVALID', 'The address to send to is no http: or https: URL.')
}

async function reach(host: string, url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (cause) {
    if (init.signal?.aborted) throw new RegiaError('TIMEOUT', `${host} did not answer in time.`, { cause })
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause)
    throw new RegiaError('UNAVAILABLE', `${host} cannot be reached: ${reason}`, { cause })
  }
}

async function firstBytes({ body }: Response): Promise<string> {
  if (!body) return ''
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  while (text.length < MAX_REPLY_BYTES) {
    const { done, value } = await reader.read()
    if (done) break
    text += decoder.decode(value, { stream: true })
  }
  await reader.cancel().catch(() => {})
  return text.slice(0, MAX_REPLY_BYTES).replace(/\s+/g, ' ').trim().slice(0, 200)
}

/** An address as it stands, or the one behind a reference. */
export const addressOf = async (url: string | SecretRef, read: (ref: SecretRef) => Promise<string>): Promise<string> =>
  typeof url === 'string' ? url : read(url)
