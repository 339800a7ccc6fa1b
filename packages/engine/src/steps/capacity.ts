import type { LeasedStep } from '@regia/core'

type Share = Pick<LeasedStep, 'cpu' | 'memoryMb'>

/** What of a worker's cores and memory is free, and a promise for when that changes. */
export class Capacity {
  readonly #total: Share
  readonly #taken = new Set<Share>()
  #changed = Promise.withResolvers<void>()

  constructor(total: Share) {
    this.#total = total
  }

  get free(): Share {
    const used = [...this.#taken]
    return {
      cpu: this.#total.cpu - used.reduce((sum, { cpu }) => sum + cpu, 0),
      memoryMb: this.#total.memoryMb - used.reduce((sum, { memoryMb }) => sum + memoryMb, 0),
    }
  }

  get isIdle(): boolean {
    return this.#taken.size === 0
  }

  take(share: Share): void {
    this.#taken.add(share)
  }

  giveBack(share: Share): void {
    this.#taken.delete(share)
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  /** Resolves when something is given back. */
  get whenChanged(): Promise<void> {
    return this.#changed.promise
  }
}
