import { totalmem } from 'node:os'
import type { Digest } from '@regia/core'
import type { ModelSession } from '@regia/engine'
import type { RegisteredVersion } from '../model-directory.ts'
import { CachedModel, type LoadSession } from './cached-model.ts'
import { cachedSession } from './cached-session.ts'

export type ModelCacheOptions = {
  readonly load: LoadSession
  /** How much models may take together; what was not asked for longest goes first. Default: a third of the machine's memory, at most 1 GiB. */
  readonly maxLoadedBytes?: number
}

const GIB = 2 ** 30

/**
 * The models in memory. Whoever opens a version gets a session that loads it when it is asked; versions with one package share it. When
 * models take more than they may, those that were not asked for longest are freed, and loaded again when they are asked.
 */
export class ModelCache {
  readonly maxLoadedBytes: number
  readonly #load: LoadSession
  /** The one that was asked last stands last. */
  readonly #models = new Map<Digest, CachedModel>()
  /** The one that was asked last. */
  #latest: CachedModel | undefined
  #isDeferring = false

  constructor({ load, maxLoadedBytes }: ModelCacheOptions) {
    this.#load = load
    this.maxLoadedBytes = maxLoadedBytes ?? Math.min(GIB, Math.floor(totalmem() / 3))
  }

  get loadedBytes(): number {
    let bytes = 0
    for (const model of this.#models.values()) bytes += model.loadedBytes
    return bytes
  }

  get loadedCount(): number {
    let count = 0
    for (const model of this.#models.values()) if (model.isLoaded) count++
    return count
  }

  /** A session of a version. Nothing is loaded until it is asked something. */
  open(version: RegisteredVersion): ModelSession {
    const { packageDigest } = version
    const known = this.#models.get(packageDigest)
    const model = known ?? new CachedModel(version, this.#load, (asked) => this.#asked(asked))
    if (!known) this.#models.set(packageDigest, model)
    model.userCount++
    const onClose = async (): Promise<void> => {
      if (--model.userCount > 0) return
      this.#models.delete(packageDigest)
      await model.close()
    }
    return cachedSession(model, { isDeferred: this.#isDeferring, onClose })
  }

  /** What is opened meanwhile need not be ready: its first request loads it. For starts with more models than anybody would wait for. */
  async deferring<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#isDeferring = true
    try {
      return await work()
    } finally {
      this.#isDeferring = false
    }
  }

  #asked(model: CachedModel): void {
    if (model !== this.#latest) this.#moveLast(model)
    if (model.isFresh) this.#makeRoom(model)
  }

  #moveLast(model: CachedModel): void {
    const { packageDigest } = model.version
    if (!this.#models.delete(packageDigest)) return
    this.#models.set(packageDigest, model)
    this.#latest = model
  }

  #makeRoom(loaded: CachedModel): void {
    loaded.isFresh = false
    let excess = this.loadedBytes - this.maxLoadedBytes
    for (const model of this.#models.values()) {
      if (excess <= 0) return
      if (model === loaded || !model.isLoaded || model.isBusy) continue
      excess -= model.loadedBytes
      void model.unload()
    }
  }
}
