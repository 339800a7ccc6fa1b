import { randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import { type Clock, createIdFactory, type IdFactory, RegiaError, toIso } from '@regia/core'
import type { FastifyBaseLogger } from 'fastify'
import { pino } from 'pino'
import { openDatabase } from './database/open.ts'
import { createEventBus } from './events/bus.ts'
import { addEventRoutes } from './events/routes.ts'
import { claimHome } from './home/claim-home.ts'
import type { App } from './http/app.ts'
import { createApp } from './http/create-app.ts'
import { addDocs } from './http/docs.ts'
import { assertSafeBinding } from './http/guard.ts'
import { addHealthRoute } from './http/health.ts'
import { addMetrics } from './http/metrics.ts'
import { collectRoutes } from './http/not-found.ts'
import { addStatic } from './http/static.ts'
import { VERSION } from './version.ts'

export const ROLES = ['api', 'scheduler', 'worker', 'gateway'] as const
export type Role = (typeof ROLES)[number]

export type ServerOptions = {
  /** The folder that keeps everything, `.regia` by custom. */
  readonly home: string
  /** The user's project; files are ingested from inside it. */
  readonly projectDir: string
  readonly host?: string
  /** 0 takes a free one. */
  readonly port?: number
  readonly roles?: readonly Role[]
  /** The built control room. */
  readonly webDir?: string
  /** Asked of every request but `/health`. Needed for any host but this machine. */
  readonly token?: string
  readonly logger?: FastifyBaseLogger
  readonly clock?: Clock
  readonly newId?: IdFactory
  readonly maxBodyBytes?: number
}

export type RegiaServer = {
  readonly url: string
  readonly app: App
  /** Lets running requests finish, then lets go of everything. */
  readonly close: () => Promise<void>
}

/**
 * Starts a server: claims the folder, opens the database, wires the subjects together and listens. The only place where subjects meet.
 *
 * @throws RegiaError `CONFIG_INVALID`, `HOME_LOCKED`, `HOME_NOT_WRITABLE`, `PORT_IN_USE`.
 */
export async function createServer(options: ServerOptions): Promise<RegiaServer> {
  const { host = '127.0.0.1', port = 0, token, roles = ROLES, clock = Date.now } = options
  assertSafeBinding(host, token)
  const home = resolve(options.home)
  const newId = options.newId ?? createIdFactory(clock, randomBytes)
  const logger =
    options.logger ??
    pino({ level: 'warn', redact: ['req.headers.authorization', 'req.headers.cookie'] }, pino.destination(2))
  const startedAt = toIso(clock())

  const claim = claimHome(home)
  const closers: (() => Promise<void> | void)[] = [claim.release]
  const close = closeInReverse(closers)
  try {
    const database = await openDatabase(join(home, 'regia.db'), clock)
    closers.push(() => database.destroy())
    const events = createEventBus(clock)
    closers.push(events.close)

    const app = createApp({ host, token, logger, newId, maxBodyBytes: options.maxBodyBytes ?? 32_000_000 })
    const routes = collectRoutes(app)
    addMetrics(app)
    await addDocs(app, VERSION)
    addHealthRoute(app, { status: 'ok', version: VERSION, roles: [...roles] })
    addEventRoutes(app, events)
    await addStatic(app, options.webDir, routes)
    closers.push(() => app.close())

    const url = await listen(app, host, port)
    claim.announce({ url, pid: process.pid, version: VERSION, startedAt })
    return { url, app, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Last opened, first closed. A second call waits for the first. */
function closeInReverse(closers: readonly (() => Promise<void> | void)[]): () => Promise<void> {
  let closing: Promise<void> | undefined
  const closeAll = async () => {
    for (const closer of [...closers].reverse()) await closer()
  }
  return () => {
    closing ??= closeAll()
    return closing
  }
}

async function listen(app: App, host: string, port: number): Promise<string> {
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
