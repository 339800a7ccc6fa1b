import { Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { App } from './app.ts'
import type { BusySockets } from './busy-sockets.ts'

/** How a server takes leave of its clients before it closes. */
export type DrainOptions = {
  /** How long it goes on taking requests while it says that it is not ready, so that load balancers look elsewhere. */
  readonly delayMs: number
  /** How long clients that keep a connection may still use it, after no new one is accepted. */
  readonly lingerMs: number
}

const READY_PATH = '/v2/health/ready'
const LOOK_MS = 10

/** While a server drains it says so where load balancers ask, and ends each connection with its next answer. */
export function sayDraining(app: App, busy: BusySockets): void {
  app.addHook('onRequest', async (request, reply) => {
    if (!busy.isDraining) return
    reply.header('connection', 'close')
    if (request.url === READY_PATH) return reply.code(503).send({ ready: false })
  })
}

/**
 * Lets clients go without failing any request: not ready any more, but answering all that comes; then no new connections; then nothing
 * idle is left of those that were used. Call before the application closes.
 */
export async function drain(app: App, busy: BusySockets, { delayMs, lingerMs }: DrainOptions): Promise<void> {
  busy.drain()
  await sleep(delayMs)
  // Not the HTTP server's own way, which would end idle connections at once, some of them under a request that is on its way.
  Server.prototype.close.call(app.server)
  const until = performance.now() + lingerMs
  while (busy.usedCount > 0 && performance.now() < until) await sleep(LOOK_MS)
}
