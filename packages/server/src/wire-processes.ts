import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Clock, RegiaError } from '@regia/core'
import type { App } from './http/app.ts'
import { KEEP_ALIVE_MS } from './http/create-app.ts'
import type { DrainOptions } from './http/drain.ts'
import { listenPrivately, type PrivateListener } from './http/private-listener.ts'
import { GatewayProcesses, type Serving } from './serving/index.ts'

export type ProcessesWiring = {
  readonly count: number
  readonly find: Serving['endpoints']['find']
  readonly clock: Clock
  readonly onError: (error: unknown) => void
}

export type ProcessesStart = {
  readonly app: App
  readonly host: string
  readonly token: string | undefined
  readonly maxLoadedBytes: number | undefined
}

/** Processes that answer at the same port, and the way on which they pass on what is not theirs. */
export type GatewayFront = {
  readonly processes: GatewayProcesses
  /** Once the application listens. */
  readonly start: (start: ProcessesStart) => Promise<void>
  readonly drain: (options: DrainOptions) => Promise<void>
  /** Once the application is closed. */
  readonly close: () => Promise<void>
}

const MAX_PROCESSES = 64

/** @returns Undefined for none. @throws RegiaError `CONFIG_INVALID` for a number that makes no sense. */
export function wireProcesses({ count, ...wiring }: ProcessesWiring): GatewayFront | undefined {
  if (count === 0) return undefined
  if (!Number.isInteger(count) || count < 0 || count > MAX_PROCESSES) throw wrongCount(count)
  const program = new URL(`./wire-gateway-process${extname(fileURLToPath(import.meta.url))}`, import.meta.url)
  const processes = new GatewayProcesses({ count, program, ...wiring })
  let listener: PrivateListener | undefined
  return {
    processes,
    start: async ({ app, host, token, maxLoadedBytes }) => {
      listener = await listenPrivately(app)
      const address = app.server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      await processes.start({ host, port, token, socketPath: listener.path, maxLoadedBytes, idleMs: KEEP_ALIVE_MS })
    },
    drain: (options) => processes.drain(options),
    close: async () => {
      await listener?.close()
      await processes.close()
    },
  }
}

const wrongCount = (count: number): RegiaError =>
  new RegiaError('CONFIG_INVALID', `${count} gateway processes are not possible.`, {
    where: '--gateways',
    hint: `Use 1 to ${MAX_PROCESSES}, about one for each core beside the first, or leave it out.`,
  })
