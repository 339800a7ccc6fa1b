import { durationMs, type Execution, type Row, type ServingLimits, type Signature } from '@regia/core'
import type { Predictions } from '@regia/engine'

type Kept = {
  readonly until: number
  readonly score: number
  readonly place: number | undefined
  readonly probabilities: Float32Array | undefined
}

/**
 * Answers that one version gave before, by the values of the row. A row whose values were answered once is sound, so that it needs no
 * other look; anything else about it (a column too many, a missing one) makes it another row. What was not asked for longest goes first.
 */
export class ResponseCache {
  readonly #columns: readonly string[]
  readonly #entries: number
  readonly #ttlMs: number
  readonly #classCount: number
  readonly #now: () => number
  readonly #kept = new Map<string, Kept>()
  #hits = 0
  #misses = 0

  /** @param now - Milliseconds of a clock that only goes forward. */
  constructor(
    { inputs, classes }: Pick<Signature, 'inputs' | 'classes'>,
    { entries, ttl }: NonNullable<ServingLimits['cache']>,
    now: () => number = () => performance.now(),
  ) {
    this.#columns = inputs.map(({ name }) => name)
    this.#classCount = classes?.length ?? 0
    this.#entries = entries
    this.#ttlMs = durationMs(ttl)
    this.#now = now
  }

  get counts(): NonNullable<Execution['cache']> {
    return { hitCount: this.#hits, missCount: this.#misses, entryCount: this.#kept.size }
  }

  /** The answers to all rows of a request, or none: a request is computed whole. */
  find(rows: readonly Row[]): Predictions | undefined {
    const now = this.#now()
    const found: Kept[] = []
    for (const row of rows) {
      const kept = this.#findOne(this.#keyOf(row), now)
      if (!kept) break
      found.push(kept)
    }
    if (found.length < rows.length) {
      this.#misses += rows.length
      return undefined
    }
    this.#hits += rows.length
    return this.#join(found)
  }

  /** Keeps rows `from` on of what the version answered. */
  keep(rows: readonly Row[], { scores, classes, probabilities }: Predictions, from: number): void {
    const until = this.#now() + this.#ttlMs
    const width = this.#classCount
    for (const [i, row] of rows.entries()) {
      const key = this.#keyOf(row)
      if (key === undefined) continue
      const place = from + i
      this.#kept.delete(key)
      this.#kept.set(key, {
        until,
        score: scores[place]!,
        place: classes?.[place],
        // A copy: a view would keep the whole batch.
        probabilities: probabilities?.slice(place * width, (place + 1) * width),
      })
    }
    for (const key of this.#kept.keys()) {
      if (this.#kept.size <= this.#entries) return
      this.#kept.delete(key)
    }
  }

  #findOne(key: string | undefined, now: number): Kept | undefined {
    const kept = key === undefined ? undefined : this.#kept.get(key)
    if (key === undefined || !kept) return undefined
    this.#kept.delete(key)
    if (kept.until <= now) return undefined
    this.#kept.set(key, kept)
    return kept
  }

  /** The values in the order of the signature; undefined for a row with other columns than these. */
  #keyOf(row: Row): string | undefined {
    let present = 0
    const values = this.#columns.map((name) => {
      const cell = row[name]
      if (cell !== undefined) present++
      // JSON has one zero; a model may tell them apart.
      return Object.is(cell, -0) ? '-0' : (cell ?? null)
    })
    for (const _ in row) present--
    return present === 0 ? JSON.stringify(values) : undefined
  }

  #join(found: readonly Kept[]): Predictions {
    const [first] = found
    const probabilities = new Float32Array(first?.probabilities ? found.length * this.#classCount : 0)
    if (first?.probabilities) {
      for (const [i, kept] of found.entries()) probabilities.set(kept.probabilities ?? [], i * this.#classCount)
    }
    return {
      rowCount: found.length,
      scores: Float32Array.from(found, ({ score }) => score),
      ...(first?.probabilities && { probabilities }),
      ...(first?.place !== undefined && { classes: Int32Array.from(found, ({ place }) => place ?? 0) }),
    }
  }
}
