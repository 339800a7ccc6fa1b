import type { ModelSession } from '@regia/engine'
import type { RegisteredVersion } from '../model-directory.ts'

/** Reads a version's package and loads it, here or in a thread of the pool. */
export type LoadSession = (version: RegisteredVersion, loadIn: 'here' | 'threads') => Promise<ModelSession>

/**
 * What a version costs the process, with its session, its graph, its endpoint and what is known of its reference: measured with a thousand
 * tree ensembles of 100 trees (1.7 MB each), with 20 to 1,000 trees (0.35 to 1.8 MB a session) and a network of 4 MB (7.6 MB).
 */
const BASE_BYTES = 700_000
const GRAPH_FACTOR = 3

/** A package that is in memory or not, for everybody who serves it. */
export class CachedModel {
  readonly version: RegisteredVersion
  userCount = 0
  /** Loaded, and nobody has made room for it yet. */
  isFresh = false
  readonly #load: LoadSession
  readonly #onAsked: (model: CachedModel) => void
  #session: ModelSession | undefined
  #loading: Promise<ModelSession> | undefined
  #unloading: Promise<void> = Promise.resolve()
  #calls = 0

  constructor(version: RegisteredVersion, load: LoadSession, onAsked: (model: CachedModel) => void) {
    this.version = version
    this.#load = load
    this.#onAsked = onAsked
  }

  get isLoaded(): boolean {
    return this.#session !== undefined
  }

  /** Whether it is being asked something, and must stay. */
  get isBusy(): boolean {
    return this.#calls > 0
  }

  get loadedBytes(): number {
    return this.#session ? BASE_BYTES + GRAPH_FACTOR * this.version.package.graphSizeBytes : 0
  }

  /** Asks the session, which stays in memory until the answer; those who ask while it is loaded wait for that one load. */
  async ask<Answer>(loadIn: 'here' | 'threads', work: (session: ModelSession) => Promise<Answer>): Promise<Answer> {
    this.#calls++
    try {
      const session = this.#session ?? (await this.#loaded(loadIn))
      this.#onAsked(this)
      return await work(session)
    } finally {
      this.#calls--
    }
  }

  /** Frees it after the calls that are under way; the next one loads it again. */
  unload(): Promise<void> {
    const session = this.#session
    this.#session = undefined
    if (session) this.#unloading = this.#unloading.then(() => session.close())
    return this.#unloading
  }

  /** Frees it for good, also where it is being loaded. */
  async close(): Promise<void> {
    await this.#loading?.catch(() => undefined)
    await this.unload()
  }

  /** Does what is asked of a session that is loaded; of one that is not, nothing. */
  async ifLoaded(work: (session: ModelSession) => Promise<void>): Promise<void> {
    if (this.#session) await work(this.#session)
  }

  #loaded(loadIn: 'here' | 'threads'): Promise<ModelSession> {
    this.#loading ??= this.#load(this.version, loadIn)
      .then((session) => {
        this.#session = session
        this.isFresh = true
        return session
      })
      .finally(() => {
        this.#loading = undefined
      })
    return this.#loading
  }
}
