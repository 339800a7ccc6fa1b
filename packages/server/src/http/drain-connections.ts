import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { App } from './app.ts'

/**
 * Lets a closing server end as soon as its last answer is sent. Browsers and fetch keep connections open after an answer, and open spare
 * ones on which no request ever comes; Node would wait for the timeouts of both, more than a minute.
 */
export function drainConnections(app: App): void {
  const open = new Set<Socket>()
  /** How many requests of a connection are being answered. */
  const busy = new Map<Socket, number>()
  let isClosing = false

  app.server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    if (isClosing) socket.destroy()
  })
  // Once all is wired, so that requests which pass the framework by are seen as well.
  app.addHook('onReady', async () => {
    app.server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      busy.set(socket, (busy.get(socket) ?? 0) + 1)
      response.once('close', () => {
        const left = (busy.get(socket) ?? 1) - 1
        if (left > 0) busy.set(socket, left)
        else busy.delete(socket)
        if (left === 0 && isClosing) socket.end()
      })
    })
  })
  app.addHook('preClose', async () => {
    isClosing = true
    for (const socket of open) if (!busy.has(socket)) socket.destroy()
  })
}
