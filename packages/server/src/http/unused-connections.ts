import type { Socket } from 'node:net'
import type { App } from './app.ts'

/**
 * Ends connections on which no request ever came, when the server closes. Browsers and fetch open spare ones; Node counts them neither as idle
 * nor as done, and would wait for the timeout of their headers, more than a minute.
 */
export function endUnusedConnections(app: App): void {
  const unused = new Set<Socket>()
  app.server.on('connection', (socket) => {
    unused.add(socket)
    socket.once('close', () => unused.delete(socket))
  })
  app.server.on('request', (request) => unused.delete(request.socket))
  app.addHook('preClose', async () => {
    for (const socket of unused) socket.destroy()
  })
}
