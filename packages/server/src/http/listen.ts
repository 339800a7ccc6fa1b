import { createServer } from 'node:net'
import { RegiaError } from '@regia/core'
import type { App } from './app.ts'

/**
 * @param isShared - Whether other processes listen at the same port; the operating system deals new connections out among them.
 * @throws RegiaError `PORT_IN_USE`, `CONFIG_INVALID` where this machine has no such address, may not use the port or cannot share one.
 */
export async function listen(app: App, host: string, port: number, isShared = false): Promise<string> {
  try {
    // A shared port would also be shared with a program that has nothing to do with this one.
    if (isShared && port !== 0) await assertFree(host, port)
    return await app.listen({ host, port, ...(isShared && { reusePort: true }) })
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause
    if (cause.code === 'EADDRINUSE') {
      throw new RegiaError('PORT_IN_USE', `Port ${port} at ${host} is taken by another program.`, {
        cause,
        hint: 'Choose another with --port, or --port 0 for any free one.',
      })
    }
    if (cause.code === 'EACCES' || cause.code === 'EADDRNOTAVAIL') {
      throw new RegiaError('CONFIG_INVALID', `This machine cannot listen at ${host}:${port} (${cause.code}).`, {
        cause,
        hint: 'Use 127.0.0.1 and a port above 1023.',
      })
    }
    if (cause.code === 'ENOTSUP') {
      throw new RegiaError('CONFIG_INVALID', 'Several processes cannot share a port on this operating system.', {
        cause,
        where: '--gateways',
        hint: 'Leave it out: one process answers then. Linux can.',
      })
    }
    throw cause
  }
}

function assertFree(host: string, port: number): Promise<void> {
  const probe = createServer()
  return new Promise((resolve, reject) => {
    probe.once('error', reject)
    probe.listen({ host, port }, () => probe.close(() => resolve()))
  })
}
