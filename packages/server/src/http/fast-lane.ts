import type { IncomingMessage, ServerResponse } from 'node:http'
import type { App } from './app.ts'

/** Puts a lane before the framework: a request that it takes meets no hook and no route. */
export function addFastLane(app: App, takes: (request: IncomingMessage, reply: ServerResponse) => boolean): void {
  const handlers = app.server.listeners('request')
  app.server.removeAllListeners('request')
  app.server.on('request', (request: IncomingMessage, reply: ServerResponse) => {
    if (takes(request, reply)) return
    for (const handler of handlers) Reflect.apply(handler, app.server, [request, reply])
  })
}
