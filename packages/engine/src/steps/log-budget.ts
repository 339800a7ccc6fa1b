/** What is kept of one attempt's log; what a chatty step says beyond is counted and not kept. */
export const MAX_LOG_LINES = 20_000
export const MAX_LOG_LENGTH = 8_000_000

/** Counts the lines of an attempt's log, and tells which are still kept. */
export class LogBudget {
  #lineCount = 0
  #length = 0
  #keptCount = 0

  /** Counts a line. @returns `keep`, `last` for the first one that is not kept, and `drop` after it. */
  count(length: number): 'keep' | 'last' | 'drop' {
    const wasFull = this.#keptCount < this.#lineCount
    this.#lineCount++
    this.#length += length
    if (wasFull) return 'drop'
    if (this.#lineCount > MAX_LOG_LINES || this.#length > MAX_LOG_LENGTH) return 'last'
    this.#keptCount++
    return 'keep'
  }

  /** What to say when the bound is reached. */
  get notice(): string {
    return this.#lineCount > MAX_LOG_LINES
      ? `More than ${MAX_LOG_LINES} lines: the rest is not kept.`
      : `More than ${MAX_LOG_LENGTH / 1e6} million characters: the rest is not kept.`
  }

  /** What to say at the end; undefined when everything was kept. */
  get summary(): string | undefined {
    const droppedCount = this.#lineCount - this.#keptCount
    if (droppedCount === 0) return undefined
    const megabytes = (this.#length / 1e6).toFixed(1)
    return `${this.#lineCount} lines (${megabytes} million characters) were written; the last ${droppedCount} are not kept.`
  }
}
