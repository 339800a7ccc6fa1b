import type { IncomingMessage } from 'node:http'
import { RegiaError } from '@regia/core'
import type { FastifyRequest } from 'fastify'
import type { App } from './app.ts'

/** A scope whose routes take the bytes of a body as they come, whatever their type says they are. */
export function addUploadScope(app: App, add: (scope: App) => void): void {
  app.register(async (scope: App) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    add(scope)
  })
}

/**
 * The body of a request of an upload scope, unread.
 *
 * @throws RegiaError `PAYLOAD_TOO_LARGE`, `INVALID_INPUT` for one that breaks off or is packed: what is kept is what was sent,
 *   and who reads it would not know how to unpack it.
 */
export function bodyBytes(
  { raw, headers }: Pick<FastifyRequest, 'raw' | 'headers'>,
  maxBytes: number,
): AsyncIterable<Uint8Array> {
  const coding = headers['content-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'identity') {
    throw new RegiaError('INVALID_INPUT', `A file cannot be sent with the content-encoding "${coding.slice(0, 50)}".`, {
      where: 'header content-encoding',
      hint: 'Send the bytes of the file as they are.',
    })
  }
  const length = Number(headers['content-length'] ?? 0)
  if (length > maxBytes) throw tooLarge(maxBytes)
  return whole(raw, maxBytes)
}

const tooLarge = (maxBytes: number): RegiaError =>
  new RegiaError('PAYLOAD_TOO_LARGE', `A file may have ${maxBytes} bytes; this one has more.`, {
    hint: 'Keep it in parts, or elsewhere.',
  })

/** A sender who goes away is no fault of the server's. */
async function* whole(raw: IncomingMessage, maxBytes: number): AsyncIterable<Uint8Array> {
  let count = 0
  try {
    for await (const piece of raw) {
      count += piece.byteLength
      // Not every body says how long it is.
      if (count > maxBytes) throw tooLarge(maxBytes)
      yield piece
    }
  } catch (cause) {
    if (cause instanceof RegiaError) throw cause
    throw new RegiaError('INVALID_INPUT', 'The body broke off before its end.', { hint: 'Send it again.', cause })
  }
}
