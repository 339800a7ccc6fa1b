import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { App } from './app.ts'
import type { BusySockets } from './busy-sockets.ts'

/** A client that sends or takes nothing for so long is not waited for when the server closes. */
const STALL_MS = 5_000
/** Nobody is waited for longer than this, not even by what the server itself is busy with. */
const EXIT_MS = 30_000

/**
 * Lets a closing server end as soon as its last answer is sent. Browsers and fetch keep connections open after an answer, and open spare
 * ones on which no request ever comes; Node would wait for the timeouts of both, more than a minute. An upload or download whose
 * other side stands still is broken off.
 */
export function drainConnections(app: App, busy: BusySockets, stallMs = STALL_MS): void {
  const open = new Set<Socket>()
  const underWay = new Set<Exchange>()
  let isClosing = false

  app.server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    if (isClosing) socket.destroy()
  })
  // Once all is wired, so that requests which pass the framework by are seen as well.
  app.addHook('onReady', async () => {
    app.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const { socket } = request
      const exchange = { request, response, socket }
      busy.begin(socket)
      underWay.add(exchange)
      response.once('close', () => {
        underWay.delete(exchange)
        busy.end(socket)
      })
    })
  })
  let breaking: NodeJS.Timeout | undefined
  let ending: NodeJS.Timeout | undefined
  // Runs after the server is closed: the first hook of its kind is the last to be called.
  app.addHook('onClose', async () => {
    clearInterval(breaking)
    clearTimeout(ending)
  })
  app.addHook('preClose', async () => {
    isClosing = true
    busy.onIdle((socket) => socket.end())
    for (const socket of open) if (!busy.has(socket)) socket.destroy()
    const breakOff = breakOffStalled(underWay)
    breakOff()
    breaking = setInterval(breakOff, stallMs)
    ending = setTimeout(() => {
      for (const socket of open) socket.destroy()
    }, EXIT_MS)
  })
}

type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly socket: Socket }

/** Breaks off what waits for the other side and has not moved since the call before. What the server itself is busy with goes on. */
function breakOffStalled(underWay: ReadonlySet<Exchange>): () => void {
  const moved = new WeakMap<Exchange, number>()
  return () => {
    for (const exchange of underWay) {
      const { request, response, socket } = exchange
      const bytes = socket.bytesRead + socket.bytesWritten
      const waits = !request.complete || response.writableNeedDrain || response.writableEnded
      if (waits && moved.get(exchange) === bytes) socket.destroy()
      moved.set(exchange, bytes)
    }
  }
}
