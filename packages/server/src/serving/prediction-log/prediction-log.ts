import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '@regia/core'
import { z } from 'zod'
import { EndpointLog, type EndpointLogOptions } from './endpoint-log.ts'
import { parsePredictionId, type RecordPlace } from './prediction-id.ts'

export type PredictionLogOptions = Pick<EndpointLogOptions, 'segmentBytes' | 'onTrouble'> & {
  /** `<home>/log`: one folder an endpoint. */
  readonly dir: string
  readonly clock: Clock
  /** What a new log's ids begin with, 1 to 8 of 0-9 and a-z; the next number of this folder where absent. Servers whose logs may be laid together need other ones. */
  readonly newKey?: () => string
  /** How often written bytes are forced to the disk: what a power cut may cost. Default 1,000. */
  readonly syncIntervalMs?: number
  /** Told when forcing to the disk fails. */
  readonly onSyncError?: (error: unknown) => void
}

const identitySchema = z.object({ key: z.string() })
const IDENTITY_FILE = 'log.json'

/** The logs of all endpoints. An id leads to its log by its first part. */
export class PredictionLog {
  readonly #options: PredictionLogOptions
  readonly #byEndpoint = new Map<string, EndpointLog>()
  readonly #byKey = new Map<string, EndpointLog>()
  readonly #timer: NodeJS.Timeout
  /** The greatest key of any log in the folder, once it was looked up. */
  #lastKey: number | undefined

  constructor(options: PredictionLogOptions) {
    this.#options = options
    mkdirSync(options.dir, { recursive: true })
    this.#timer = setInterval(() => void this.#syncAll(), options.syncIntervalMs ?? 1000)
    this.#timer.unref()
  }

  /** Names of the endpoints that have a log. */
  endpoints(): readonly string[] {
    return readdirSync(this.#options.dir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
  }

  /** Those that were opened. */
  logs(): readonly EndpointLog[] {
    return [...this.#byEndpoint.values()]
  }

  open(endpoint: string): EndpointLog {
    const opened = this.#byEndpoint.get(endpoint)
    if (opened) return opened
    const dir = join(this.#options.dir, endpoint)
    const log = new EndpointLog({ ...this.#options, dir, endpoint, key: this.#keyOf(endpoint) })
    this.#byEndpoint.set(endpoint, log)
    this.#byKey.set(log.key, log)
    return log
  }

  /** The log and place that an id speaks of, if a prediction stands there. */
  locate(id: string): { readonly log: EndpointLog; readonly place: RecordPlace } | undefined {
    const place = parsePredictionId(id)
    const log = place && this.#byKey.get(place.log)
    return place && log?.hasPrediction(place) ? { log, place } : undefined
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all([...this.#byEndpoint.values()].map((log) => log.close()))
  }

  #nextKey(): string {
    this.#lastKey = (this.#lastKey ?? this.#greatestKey()) + 1
    return this.#lastKey.toString(36)
  }

  /** The key is kept beside the segments, so that ids stay valid whatever happens to the database. */
  #keyOf(endpoint: string): string {
    const path = join(this.#options.dir, endpoint, IDENTITY_FILE)
    const known = readIdentity(path)
    if (known !== undefined) return known
    const key = this.#options.newKey?.() ?? this.#nextKey()
    mkdirSync(join(this.#options.dir, endpoint), { recursive: true })
    writeFileSync(path, JSON.stringify({ key }))
    return key
  }

  #greatestKey(): number {
    const keys = this.endpoints().map((name) => readIdentity(join(this.#options.dir, name, IDENTITY_FILE)) ?? '0')
    return Math.max(0, ...keys.map((text) => Number.parseInt(text, 36)))
  }

  async #syncAll(): Promise<void> {
    for (const log of this.#byEndpoint.values()) {
      await log.sync().catch((error: unknown) => this.#options.onSyncError?.(error))
    }
  }
}

function readIdentity(path: string): string | undefined {
  try {
    return identitySchema.parse(JSON.parse(readFileSync(path, 'utf8'))).key
  } catch {
    return undefined
  }
}
