const FIRST_MS = 0.02
const GROWTH = 1.2
const BUCKETS = 72
const LOG_GROWTH = Math.log(GROWTH)

/** Counts latencies in buckets that grow by a fifth, from 20 µs to about 8 s: a quantile is right to 10 %. */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(BUCKETS)
  #total = 0

  add(ms: number): void {
    const bucket = ms <= FIRST_MS ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log(ms / FIRST_MS) / LOG_GROWTH))
    this.#counts[bucket]!++
    this.#total++
  }

  merge(other: LatencyHistogram): void {
    for (let i = 0; i < BUCKETS; i++) this.#counts[i]! += other.#counts[i]!
    this.#total += other.#total
  }

  clear(): void {
    this.#counts.fill(0)
    this.#total = 0
  }

  /** @returns Milliseconds: the geometric middle of the bucket that holds the quantile; `undefined` without any latency. */
  quantile(fraction: number): number | undefined {
    let rest = Math.ceil(this.#total * fraction)
    if (this.#total === 0) return undefined
    const bucket = this.#counts.findIndex((count) => {
      rest -= count
      return rest <= 0
    })
    return FIRST_MS * GROWTH ** (Math.max(bucket, 0) - 0.5)
  }
}
