import type { IncomingHttpHeaders } from 'node:http'
import { RegiaError } from '@regia/core'
import { packBody, replyCoding } from './packed-body.ts'

/** The first lines of a request: enough to know who answers it. */
export type RequestHead = {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: IncomingHttpHeaders
}

/** A request for predictions as a protocol reads it: whole and unpacked. */
export type WireRequest = { readonly headers: IncomingHttpHeaders; readonly body: Uint8Array }

/** What a protocol answers with; the content type is JSON where none is named. */
export type WireReply = {
  readonly body: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

export const JSON_TYPE = 'application/json; charset=utf-8'

/** The headers of a reply with the type and length of its body. */
export const replyHeaders = ({ body, headers }: WireReply): Record<string, string | number> => ({
  'content-type': JSON_TYPE,
  ...headers,
  'content-length': typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength,
})

/** The reply as its reader accepts it: packed, where that is worth it. */
export async function packReply(message: WireReply, accepted: string | undefined): Promise<WireReply> {
  const coding = replyCoding(accepted, message.body.length)
  if (!coding) return message
  const body = await packBody(message.body, coding)
  const headers = { 'content-type': JSON_TYPE, ...message.headers, 'content-encoding': coding, vary: 'accept-encoding' }
  return { body, headers }
}

/** @throws RegiaError `INVALID_INPUT` for what is not one JSON value in UTF-8. */
export const parseJson = (body: Uint8Array): unknown => parseJsonText(textOf(body))

/** The text of a body in UTF-8. */
export const textOf = (body: Uint8Array): string =>
  Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')

/** @throws RegiaError `INVALID_INPUT` for what is not one JSON value. */
export function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new RegiaError('INVALID_INPUT', 'The request body is not JSON.', {
      cause,
      where: 'body',
      hint: 'Send one complete JSON value in UTF-8. NaN and Infinity are not JSON; send null for a missing value.',
    })
  }
}
