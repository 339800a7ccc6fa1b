import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from './app.ts'
import { unpackBody } from './packed-body.ts'
import { packReply, replyHeaders, type WireReply, type WireRequest } from './wire-message.ts'

/** A scope whose routes get the bytes of a body, unpacked, whatever their type says they are; {@link wireRequest} has them. */
export function addWireScope(app: App, maxBodyBytes: number, add: (scope: App) => void): void {
  app.register(async (scope: App) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: string | Buffer) =>
      unpackBody(Buffer.from(body), request.headers['content-encoding'], maxBodyBytes),
    )
    add(scope)
  })
}

const NOTHING = new Uint8Array()

/** The request of a route of a wire scope. */
export const wireRequest = ({ headers, body }: Pick<FastifyRequest, 'headers' | 'body'>): WireRequest => ({
  headers,
  body: body instanceof Uint8Array ? body : NOTHING,
})

/** Sends what a protocol answers, packed where the reader accepts it. */
export async function sendWire(
  request: FastifyRequest,
  reply: FastifyReply,
  message: WireReply,
): Promise<FastifyReply> {
  const packed = await packReply(message, request.headers['accept-encoding'])
  return reply
    .headers(replyHeaders(packed))
    .serializer((body: unknown) => String(body))
    .send(packed.body)
}
