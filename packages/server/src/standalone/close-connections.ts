import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { BusySockets } from '../http/busy-sockets.ts'

/** A client that sends or takes nothing for so long is not waited for. */
const STALL_MS = 5_000

/**
 * Lets a closing server end with its last answer: Node itself would wait for connections that were opened and never used.
 *
 * @param short - Connections on which something is answered past Node's parser.
 * @returns Begins the closing: unused connections now, the others after their answer; one that stands still is broken off.
 */
export function closeIdleConnections(server: Server, short: BusySockets): () => void {
  const busy = new Map<Socket, number>()
  const open = new Set<Socket>()
  let isClosing = false
  server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  server.prependListener('request', ({ socket }, response: ServerResponse) => {
    busy.set(socket, (busy.get(socket) ?? 0) + 1)
    response.once('close', () => {
      const left = (busy.get(socket) ?? 1) - 1
      if (left > 0) busy.set(socket, left)
      else busy.delete(socket)
      if (left <= 0 && isClosing) socket.end()
    })
  })
  return () => {
    isClosing = true
    short.drain()
    for (const socket of open) if (!busy.has(socket) && !short.has(socket)) socket.destroy()
    breakOffStalled(server, open)
  }
}

function breakOffStalled(server: Server, open: ReadonlySet<Socket>): void {
  const moved = new WeakMap<Socket, number>()
  const breaking = setInterval(() => {
    for (const socket of open) {
      const bytes = socket.bytesRead + socket.bytesWritten
      if (moved.get(socket) === bytes) socket.destroy()
      moved.set(socket, bytes)
    }
  }, STALL_MS)
  server.once('close', () => clearInterval(breaking))
}
