import { murmur3 } from '@regia/core'

const CAPACITY = 8_192

/**
 * How many different entities each version was asked about.
 *
 * Counts entities and not requests: one that asks a thousand times is one. Above some thousands a sample of them is kept, chosen by a hash,
 * so that it is one of entities too: counts are then those of the sample.
 */
export class UnitSample {
  readonly #salt: string
  #versions = new Map<number, number>()
  /** Hashes below it are kept. */
  #below = 2 ** 32

  /** @param salt - Other than the one that places entities, so that the sample does not depend on the version. */
  constructor(salt: string) {
    this.#salt = salt
  }

  add(unit: string, version: number): void {
    const hash = murmur3(`${this.#salt}/sample/${unit}`)
    if (hash >= this.#below || this.#versions.has(hash)) return
    this.#versions.set(hash, version)
    if (this.#versions.size > CAPACITY) this.#halve()
  }

  /** Entities by version. */
  counts(): ReadonlyMap<number, number> {
    const counts = new Map<number, number>()
    for (const version of this.#versions.values()) counts.set(version, (counts.get(version) ?? 0) + 1)
    return counts
  }

  #halve(): void {
    this.#below /= 2
    this.#versions = new Map([...this.#versions].filter(([hash]) => hash < this.#below))
  }
}
