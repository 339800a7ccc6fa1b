import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { type Clock, RegiaError } from '@regia/core'
import { openModel } from '@regia/engine'
import { BusySockets } from '../http/busy-sockets.ts'
import { replyToNoise } from '../http/not-http.ts'
import { addShortRequests } from '../http/short-requests.ts'
import { closeIdleConnections } from './close-connections.ts'
import { createExchange, type ServerState } from './exchange.ts'
import { DEFAULT_LIMITS, type ModelServerLimits } from './limits.ts'
import { silent, type WriteEvent } from './log-line.ts'
import { openPredictionSink } from './prediction-sink.ts'
import { readPackage } from './read-package.ts'
import { ServedModel } from './served-model.ts'

/** How often Node looks for requests that are late. */
const CHECK_MS = 10_000

export type ModelServerOptions = (
  | { readonly packagePath: string; readonly bytes?: undefined }
  | { readonly bytes: Uint8Array; readonly packagePath?: undefined }
) & {
  /** What clients call the model: `/v2/models/NAME/infer`. */
  readonly name: string
  readonly version: number
  /** The version of Regia, as the server shall tell it. */
  readonly regia?: string
  readonly host?: string
  /** 0 takes a free one. */
  readonly port?: number
  /** Asked of every request but those of health checks. */
  readonly token?: string
  /** Folder of the prediction log; nothing is kept where absent. */
  readonly logDir?: string
  readonly limits?: Partial<ModelServerLimits>
  readonly clock?: Clock
  /** Gets what happens, for a log. */
  readonly onEvent?: WriteEvent
}

export type ModelServer = {
  readonly url: string
  /** Says that it is not ready, goes on answering for `limits.drainMs`, finishes what is under way, and lets go of everything. A second call waits for the first. */
  readonly close: () => Promise<void>
}

/**
 * Serves one model package, without a database: the gateway of `regia up` for a container, a function or an edge machine.
 *
 * It listens at once and is ready once the model has answered its own example as it did when it was packaged.
 *
 * @throws RegiaError `MODEL_INVALID`, `MODEL_SELF_TEST_FAILED`, `PORT_IN_USE`, `LOG_WRITE_FAILED`; nothing is left open then.
 * @example const { url, close } = await createModelServer({ packagePath: 'penguins.zip', name: 'penguins', version: 3, port: 8080 })
 */
export async function createModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const { name, version, host = '127.0.0.1', port = 0, clock = Date.now, onEvent = silent } = options
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const state: ServerState = { phase: 'loading', served: undefined, underWay: 0 }
  const { token, regia = '' } = options
  const exchange = createExchange({ name, version, regia, state, limits, token, clock, onEvent })
  const timeouts = { keepAliveTimeout: limits.keepAliveMs, requestTimeout: limits.requestMs }
  const connectionsCheckingInterval = Math.min(limits.requestMs, CHECK_MS)
  const server = createServer({ ...timeouts, connectionsCheckingInterval }, exchange.listener)
  server.on('clientError', replyToNoise)
  const short = new BusySockets()
  const closing = closeIdleConnections(server, short)
  addShortRequests(server, exchange.lane, short, limits.keepAliveMs)
  const url = await listen(server, host, port)
  const shut = async () => {
    closing()
    await new Promise((resolve) => server.close(resolve))
    await state.served?.close()
  }
  try {
    state.served = await load(options, limits, clock, onEvent)
  } catch (error) {
    await shut()
    throw error
  }
  state.phase = 'ready'
  onEvent('info', 'ready', { url, model: name, version, access: token === undefined ? 'open' : 'token' })
  let closed: Promise<void> | undefined
  const close = async () => {
    state.phase = 'draining'
    onEvent('info', 'draining', { underWay: state.underWay, drainMs: limits.drainMs })
    await wait(limits.drainMs)
    await shut()
    onEvent('info', 'stopped', {})
  }
  return {
    url,
    close: () => {
      closed ??= close()
      return closed
    },
  }
}

async function load(
  options: ModelServerOptions,
  limits: ModelServerLimits,
  clock: Clock,
  onEvent: WriteEvent,
): Promise<ServedModel> {
  const { name, version, logDir } = options
  const { opened, packageDigest } = await readPackage(options.bytes ?? options.packagePath)
  const sink = openPredictionSink({ name, logDir, clock, onEvent })
  try {
    const session = await openModel(opened)
    const registered = { model: name, version, packageDigest, package: opened.manifest }
    return await ServedModel.open({ registered, session, sink, limits, clock })
  } catch (error) {
    await sink.close()
    throw error
  }
}

/** @throws RegiaError `PORT_IN_USE`, `CONFIG_INVALID` where this machine has no such address or may not use the port. */
async function listen(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: Error & { code?: string }) => reject(listenError(cause, host, port)))
    server.listen({ host, port }, resolve)
  })
  const { port: taken } = server.address() as AddressInfo
  return `http://${host.includes(':') ? `[${host}]` : host}:${taken}`
}

function listenError(cause: Error & { code?: string }, host: string, port: number): RegiaError {
  if (cause.code === 'EADDRINUSE') {
    return new RegiaError('PORT_IN_USE', `Port ${port} at ${host} is taken by another program.`, {
      cause,
      hint: 'Choose another port, or 0 for any free one.',
    })
  }
  return new RegiaError('CONFIG_INVALID', `This machine cannot listen at ${host}:${port} (${cause.code}).`, {
    cause,
    hint: 'Use an address of this machine and a port above 1023.',
  })
}
