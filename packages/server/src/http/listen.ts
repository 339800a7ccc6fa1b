import { RegiaError } from '@regia/core'
import type { App } from './app.ts'

/** @throws RegiaError `PORT_IN_USE`, `CONFIG_INVALID` where this machine has no such address or may not use the port. */
export async function listen(app: App, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ host, port })
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
    throw cause
  }
}
