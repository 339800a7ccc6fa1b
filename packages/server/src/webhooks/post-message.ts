import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { RegiaError } from '@regia/core'
import { parseWebhookUrl, webhookLookup } from './webhook-address.ts'

export type Post = {
  readonly url: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly allowsPrivate: boolean
  readonly signal: AbortSignal
}

export type Answer = {
  readonly status: number
  /** At most so many characters of it as are kept. */
  readonly body: string
  /** Milliseconds that the other side asked to wait. */
  readonly retryAfterMs: number | undefined
}

const MAX_ANSWER_BYTES = 10_000

/**
 * POSTs JSON and answers with what the other side said, whatever it is. Redirects are not followed, and no proxy is asked: either could lead
 * elsewhere than to the address that was checked.
 *
 * @throws RegiaError `PATH_OUTSIDE_ROOT` and `INVALID_INPUT` for an address that must not be asked; else what the network said.
 */
export async function postMessage({ url, body, headers, allowsPrivate, signal }: Post): Promise<Answer> {
  const address = parseWebhookUrl(url, allowsPrivate)
  const request = address.protocol === 'https:' ? httpsRequest : httpRequest
  const bytes = Buffer.from(body)
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(address, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'regia',
        ...headers,
        'content-length': bytes.length,
      },
      lookup: webhookLookup(allowsPrivate),
      agent: false,
      signal,
    })
      .once('response', resolve)
      .on('error', reject)
      .end(bytes)
  })
  return {
    status: response.statusCode ?? 0,
    body: await beginningOf(response),
    retryAfterMs: waitOf(response.headers['retry-after']),
  }
}

/** An answer that breaks off was an answer all the same: its status says whether the message arrived. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of response) {
      chunks.push(chunk)
      size += chunk.length
      if (size >= MAX_ANSWER_BYTES) break
    }
  } catch {}
  return Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8')
}

const waitOf = (header: string | undefined): number | undefined =>
  header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : undefined

/** What was in the way, in words. */
export function faultText(error: unknown, signal: AbortSignal): string {
  if (error instanceof RegiaError) return error.message
  if (signal.aborted) return 'It did not answer in time.'
  const reason = error instanceof Error ? error.message || ('code' in error ? String(error.code) : error.name) : error
  return `It cannot be reached: ${String(reason)}`
}
