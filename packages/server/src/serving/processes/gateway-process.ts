import { request } from 'node:http'
import type { Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Digest, RegiaError } from '@regia/core'
import { hashBytes, openModel, readModelPackage } from '@regia/engine'
import { BusySockets } from '../../http/busy-sockets.ts'
import { createGate } from '../../http/guard.ts'
import { Relay } from '../../http/relay.ts'
import type { ReportFault } from '../../http/report-fault.ts'
import { createShortListener } from '../../http/short-requests.ts'
import { createFastLane, type PredictProtocol } from '../gateway/fast-lane.ts'
import { ModelCache } from '../gateway/models/model-cache.ts'
import { reportUnexpected } from '../gateway/report-unexpected.ts'
import type { Beginning, FromProcess, ToProcess } from './messages.ts'
import { ProcessEndpoints } from './process-endpoints.ts'
import { AnswerSender } from './remote-writer.ts'

export type GatewayProcessOptions = {
  readonly protocols: readonly PredictProtocol[]
  /** To the process that writes the log. */
  readonly send: (message: FromProcess) => void
  readonly onError: (error: unknown) => void
  readonly report: ReportFault
}

/** With more endpoints nobody waits at the start for all of them: each is loaded when it is asked. */
const LOADED_AT_START = 20
const ALIVE_MS = 1_000
const LOOK_MS = 10

/** A process that answers plain predictions at the port that others listen at as well, and passes on everything else. */
export class GatewayProcess {
  readonly #options: GatewayProcessOptions
  readonly #sender: AnswerSender
  readonly #busy = new BusySockets()
  #endpoints: ProcessEndpoints | undefined
  #begun: Beginning | undefined
  #server: Server | undefined
  #isListening = false
  #queue: Promise<void> = Promise.resolve()

  constructor(options: GatewayProcessOptions) {
    this.#options = options
    this.#sender = new AnswerSender(options.send)
    setInterval(() => options.send({ kind: 'alive' }), ALIVE_MS)
  }

  /** Until it listens, one message after the other: then it knows all that was said before. */
  take(message: ToProcess): Promise<void> {
    if (this.#isListening) return this.#take(message)
    this.#queue = this.#queue.then(() => this.#take(message))
    return this.#queue
  }

  async #take(message: ToProcess): Promise<void> {
    const { send } = this.#options
    switch (message.kind) {
      case 'begin':
        this.#begun = message
        this.#server = await this.#begin(message)
        return send({ kind: 'loaded' })
      case 'listen':
        if (this.#server && this.#begun) await listen(this.#server, this.#begun)
        this.#isListening = true
        return send({ kind: 'listening' })
      case 'plan':
        await this.#endpoints?.apply(message.plan)
        return send({ kind: 'done', number: message.number })
      case 'drop':
        await this.#endpoints?.drop(message.endpoint)
        return send({ kind: 'done', number: message.number })
      case 'shares':
        return this.#endpoints?.setShares(message.endpoint, message.shares)
      case 'written':
        for (const written of message.answers) this.#sender.written(written)
        return
      case 'drain':
        await this.#drain(message.delayMs, message.lingerMs)
        return send({ kind: 'drained' })
    }
  }

  /** Loads all that it is told of. @returns What shall listen. */
  async #begin({ host, token, socketPath, maxLoadedBytes, idleMs, plans }: Beginning): Promise<Server> {
    const { onError, report } = this.#options
    const protocols = this.#options.protocols.map((protocol) => reportUnexpected(protocol, report))
    const cache = new ModelCache({
      load: async ({ packageDigest }, loadIn) =>
        openModel(readModelPackage(await readBlob(socketPath, token, packageDigest)), { loadIn }),
      ...(maxLoadedBytes !== undefined && { maxLoadedBytes }),
    })
    const endpoints = new ProcessEndpoints({
      directory: { open: async (version) => cache.open(version) },
      writerOf: (endpoint) => this.#sender.writerOf(endpoint),
      clock: Date.now,
      onError,
    })
    this.#endpoints = endpoints
    if (plans.length <= LOADED_AT_START) await endpoints.load(plans)
    else await cache.deferring(() => endpoints.load(plans))
    const { isAllowed } = createGate(host, token)
    const lane = createFastLane({ protocols, find: (name) => endpoints.find(name), clock: Date.now, isAllowed })
    const relay = new Relay(socketPath)
    return createShortListener({ lane, busy: this.#busy, idleMs, handOver: relay.add }).on('error', onError)
  }

  /** Lets clients go as the process that it belongs to does; what is passed on ends there. */
  async #drain(delayMs: number, lingerMs: number): Promise<void> {
    const busy = this.#busy
    busy.drain()
    await sleep(delayMs)
    this.#server?.close()
    const until = performance.now() + lingerMs
    while (busy.busyCount > 0 || (busy.usedCount > 0 && performance.now() < until)) await sleep(LOOK_MS)
  }
}

function listen(server: Server, { host, port }: Beginning): Promise<void> {
  return new Promise((resolve, reject) =>
    server.once('error', reject).listen({ host, port, reusePort: true }, () => resolve()),
  )
}

/** A package from the process that has the store. @throws RegiaError `BLOB_MISSING`, `BLOB_CORRUPT`. */
function readBlob(socketPath: string, token: string | undefined, digest: Digest): Promise<Uint8Array> {
  const headers = { host: 'localhost', ...(token !== undefined && { authorization: `Bearer ${token}` }) }
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: `/api/v1/blobs/${digest}`, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', reject)
      response.once('end', () => {
        const bytes = Buffer.concat(chunks)
        if (response.statusCode === 200 && hashBytes(bytes) === digest) resolve(bytes)
        else reject(notRead(digest, response.statusCode))
      })
    })
    asked.once('error', reject)
    asked.end()
  })
}

const notRead = (digest: Digest, status: number | undefined): RegiaError =>
  status === 200
    ? new RegiaError('BLOB_CORRUPT', 'A model package arrived damaged.', { where: digest })
    : new RegiaError('BLOB_MISSING', `A model package could not be read (status ${status}).`, { where: digest })
