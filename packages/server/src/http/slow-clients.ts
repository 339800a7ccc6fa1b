import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { App } from './app.ts'

/** How slowly a client may send and take before it is left. */
export type Patience = {
  /** By then the head of a request must be there. */
  readonly headMs: number
  /** How often bodies are looked at that are on their way … */
  readonly lookMs: number
  /** … and how many bytes of one must have come since the look before. */
  readonly minBytes: number
  /** An answer of which nothing is taken for so long is not waited for. */
  readonly takeMs: number
}

/** Of a body at least 500 bytes a second, over half a minute: less than any line that is in use, more than it pays to hold many connections with. */
export const PATIENCE: Patience = { headMs: 60_000, lookMs: 30_000, minBytes: 15_000, takeMs: 60_000 }

type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse; bytesRead: number | undefined }

/**
 * Leaves clients that send a body, or take an answer, so slowly that they only hold a connection. The first are told so with 408.
 *
 * What waits for the server itself (a body that is not read yet) is nobody's slowness. Slow heads are for Node's own limit.
 */
export function leaveSlowClients(app: App, { lookMs, minBytes, takeMs }: Patience): void {
  /** What came last on each connection. */
  const exchanges = new Map<Socket, Exchange>()
  app.server.on('connection', (socket: Socket) => socket.once('close', () => exchanges.delete(socket)))
  app.addHook('onReady', async () => {
    app.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      exchanges.set(request.socket, { request, response, bytesRead: undefined })
    })
  })
  const look = (): void => {
    for (const [socket, exchange] of exchanges) {
      const { response } = exchange
      if (isSlow(socket, exchange, minBytes)) {
        if (response.headersSent) socket.destroy()
        else app.server.emit('clientError', tooSlow(), socket)
      }
      // A connection on which nothing moves for so long is ended by Node; the end of the answer sets the time anew.
      const isLeaving = response.writableEnded && !response.writableFinished
      if (isLeaving && socket.timeout !== takeMs) socket.setTimeout(takeMs)
    }
  }
  const looking = setInterval(look, lookMs).unref()
  app.addHook('onClose', async () => clearInterval(looking))
}

/** Whether of a body that somebody waits for too little came since the look before. */
function isSlow(socket: Socket, exchange: Exchange, minBytes: number): boolean {
  const { request, bytesRead } = exchange
  const waitsForUs = request.readableLength > 0 || socket.isPaused()
  exchange.bytesRead = request.complete || waitsForUs ? undefined : socket.bytesRead
  if (exchange.bytesRead === undefined || bytesRead === undefined) return false
  return exchange.bytesRead - bytesRead < minBytes
}

/** As Node itself says it of a request that takes too long. */
const tooSlow = (): Error => Object.assign(new Error('the body comes too slowly'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
