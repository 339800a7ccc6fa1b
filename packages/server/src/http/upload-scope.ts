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
 * @throws RegiaError `PAYLOAD_TOO_LARGE` for one that says that it is, `INVALID_INPUT` for one that is packed: what is kept is what was sent,
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
  if (length <= maxBytes) return whole(raw)
  throw new RegiaError('PAYLOAD_TOO_LARGE', `A file may have ${maxBytes} bytes; this one has ${length}.`, {
    where: 'header content-length',
    hint: 'Send it in parts, or start the server with a higher limit.',
  })
}

/** A sender who goes away is no fault of the server's. */
async function* whole(raw: IncomingMessage): AsyncIterable<Uint8Array> {
  try {
    yield* raw
  } catch (cause) {
    throw new RegiaError('INVALID_INPUT', 'The body broke off before its end.', { hint: 'Send it again.', cause })
  }
}
