import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EndpointLog } from '../prediction-log/index.ts'
import type { CountStore } from './count-store.ts'
import { EndpointConsumer } from './endpoint-consumer.ts'
import type { ReleaseCounters } from './release-outcomes.ts'
import type { FindVersionFacts } from './version-facts.ts'

/** Commits run for so long before requests get a turn. */
const TURN_MS = 2

export type LogConsumerOptions = {
  readonly store: CountStore
  /** Where releases are counted; without it none is. */
  readonly counters?: ReleaseCounters | undefined
  readonly findFacts: FindVersionFacts
  /** How often counts are committed. Default 1,000. */
  readonly commitIntervalMs?: number
  /** Told of what could not be counted or committed; it is tried again. */
  readonly onError: (error: unknown) => void
  /** Told after each commit that counted something of an endpoint. */
  readonly onCommitted?: (endpoint: string) => void
}

/** Counts what the logs of all endpoints say, and commits about once a second. */
export class LogConsumer {
  readonly #options: LogConsumerOptions
  readonly #consumers = new Map<string, EndpointConsumer>()
  readonly #started = new Map<string, Promise<void>>()
  readonly #timer: NodeJS.Timeout
  #committing: Promise<void> | undefined

  constructor(options: LogConsumerOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#commitAll(), options.commitIntervalMs ?? 1000)
    this.#timer.unref()
  }

  /** Answers when everything in the log is counted; from then on it follows. */
  follow(log: EndpointLog): Promise<void> {
    const started = this.#started.get(log.endpoint)
    if (started) return started
    const consumer = new EndpointConsumer({ ...this.#options, log })
    this.#consumers.set(log.endpoint, consumer)
    const start = consumer.start()
    this.#started.set(log.endpoint, start)
    return start
  }

  /** Commits everything that the endpoint's log held before the call. */
  async flush(endpoint: string): Promise<void> {
    await this.#consumers.get(endpoint)?.flush()
  }

  /** {@link EndpointConsumer.recount} of an endpoint that is followed. */
  async recount(endpoint: string, ...how: Parameters<EndpointConsumer['recount']>): Promise<void> {
    await this.#started.get(endpoint)
    await this.#consumers.get(endpoint)?.recount(...how)
  }

  /** Grows whenever labels or shadow scores of the endpoint were committed: figures made of them are stale. */
  outcomeRevision(endpoint: string): number {
    return this.#consumers.get(endpoint)?.outcomeRevision ?? 0
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#committing
    for (const consumer of this.#consumers.values()) await consumer.flush()
  }

  #commitAll(): void {
    this.#committing ??= this.#flushEach().finally(() => {
      this.#committing = undefined
    })
  }

  /** Commits block the thread for a moment each; with many endpoints others get their turn between them. */
  async #flushEach(): Promise<void> {
    let since = performance.now()
    for (const consumer of this.#consumers.values()) {
      await consumer.flush().catch(this.#options.onError)
      if (performance.now() - since < TURN_MS) continue
      await nextTurn()
      since = performance.now()
    }
  }
}
