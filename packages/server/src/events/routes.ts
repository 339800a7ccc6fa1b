import type { ServerResponse } from 'node:http'
import type { App } from '../http/app.ts'
import type { EventBus } from './bus.ts'

const HEARTBEAT_MS = 15_000
/** A reader that is so far behind is cut off; it asks again and sees the present state. */
const MAX_BUFFERED_BYTES = 1_000_000

/** `/api/v1/events`: what changed, as server-sent events. A comment now and then keeps the connection through idle proxies. */
export function addEventRoutes(app: App, bus: EventBus): void {
  const open = new Set<ServerResponse>()

  app.get(
    '/api/v1/events',
    {
      // A HEAD would hold a stream open of which it wants nothing.
      exposeHeadRoute: false,
      schema: { tags: ['events'], summary: 'Everything that changes, as it happens' },
    },
    (request, reply) => {
      reply.hijack()
      const { raw } = reply
      raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      raw.write(': hello\n\n')
      open.add(raw)
      const send = (text: string) => {
        if (raw.writableLength > MAX_BUFFERED_BYTES) raw.destroy()
        else raw.write(text)
      }
      const unsubscribe = bus.subscribe((event) => send(`data: ${JSON.stringify(event)}\n\n`))
      const heartbeat = setInterval(() => send(': still here\n\n'), HEARTBEAT_MS)
      request.raw.on('close', () => {
        clearInterval(heartbeat)
        unsubscribe()
        open.delete(raw)
      })
    },
  )

  app.addHook('preClose', async () => {
    for (const response of open) response.end()
  })
}
