import type { IncomingMessage, ServerResponse } from 'node:http'
import type { App } from './app.ts'
import type { BusySockets } from './busy-sockets.ts'
import { addShortRequests, type Lane } from './short-requests.ts'
import { replyHeaders, type WireReply } from './wire-message.ts'

export type FastLaneLimits = {
  readonly maxBodyBytes: number
  /** How long a connection may stay open between requests. */
  readonly idleMs: number
}

/** Puts a lane before the framework: a request that it takes meets no hook and no route, and a short one not even Node's parser. */
export function addFastLane(app: App, lane: Lane, busy: BusySockets, { maxBodyBytes, idleMs }: FastLaneLimits): void {
  const handlers = app.server.listeners('request')
  app.server.removeAllListeners('request')
  app.server.on('request', (request: IncomingMessage, reply: ServerResponse) => {
    const answer = isWhole(request, maxBodyBytes) ? lane(request) : undefined
    if (!answer) {
      for (const handler of handlers) Reflect.apply(handler, app.server, [request, reply])
      return
    }
    readBody(request, (body) =>
      answer(
        body,
        (status, message) => send(reply, status, message, busy.isDraining),
        () => reply.destroyed,
      ),
    )
  })
  addShortRequests(app.server, lane, busy, idleMs)
}

/** Whether the body comes as it is, in a length that is known. */
function isWhole({ headers }: IncomingMessage, maxBodyBytes: number): boolean {
  const length = Number(headers['content-length'])
  return (
    length > 0 && length <= maxBodyBytes && headers['content-encoding'] === undefined && headers.expect === undefined
  )
}

function readBody(request: IncomingMessage, onBody: (body: Buffer) => void): void {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => onBody(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)))
}

function send(reply: ServerResponse, status: number, message: WireReply, isLast: boolean): void {
  const connection = isLast ? { connection: 'close' } : {}
  reply.writeHead(status, { ...replyHeaders(message), ...connection, 'x-content-type-options': 'nosniff' })
  reply.end(message.body)
}
