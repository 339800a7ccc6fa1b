import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { App } from './app.ts'

/** A second way into the application, for processes of this machine's user alone. */
export type PrivateListener = {
  readonly path: string
  /** Answers once every connection is closed; those that are still open after some seconds are broken off. */
  readonly close: () => Promise<void>
}

const CLOSE_MS = 10_000

/** Listens at a unix socket in a folder that no other user can enter. */
export async function listenPrivately(app: App): Promise<PrivateListener> {
  const dir = mkdtempSync(join(tmpdir(), 'regia-gateway-'))
  const path = join(dir, 'http.sock')
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    app.server.emit('connection', socket)
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
  return {
    path,
    close: async () => {
      const breaking = setTimeout(() => {
        for (const socket of open) socket.destroy()
      }, CLOSE_MS)
      await new Promise((resolve) => server.close(resolve))
      clearTimeout(breaking)
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
