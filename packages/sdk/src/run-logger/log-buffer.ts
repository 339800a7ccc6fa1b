import type { LogBatch } from '@regia/core'
import { batchLength, type LogEntry, toBatch } from './log-entry.ts'

export type BufferOptions = {
  readonly intervalMs: number
  readonly size: number
  /** Brings entries away; never rejects. */
  readonly deliver: (entries: readonly LogEntry[]) => Promise<void>
}

/** Entries on their way: gathered for a moment, sent batch by batch in their order, one batch at a time. */
export class LogBuffer {
  readonly #options: BufferOptions
  readonly #waiting: LogEntry[] = []
  #underWay: readonly LogEntry[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #sending: Promise<void> | undefined
  readonly #roomWanted: (() => void)[] = []

  constructor(options: BufferOptions) {
    this.#options = options
  }

  /** Takes all entries at once. @returns Resolves as soon as there is room for more. */
  add(entries: readonly LogEntry[]): Promise<void> {
    this.#waiting.push(...entries)
    if (this.#waiting.length > 0 && !this.#sending) {
      if (batchLength(this.#waiting) < this.#waiting.length) void this.#send()
      else this.#timer ??= setTimeout(() => void this.#send(), this.#options.intervalMs)
    }
    if (this.#waiting.length < this.#options.size) return Promise.resolve()
    return new Promise((resolve) => this.#roomWanted.push(resolve))
  }

  /** Resolves when nothing is on its way any more. */
  async drain(): Promise<void> {
    while (this.#sending || this.#waiting.length > 0) await this.#send()
  }

  /** What was not delivered yet, the batch under way among it. */
  unsent(): Partial<LogBatch>[] {
    const entries = [...this.#underWay, ...this.#waiting]
    const batches: Partial<LogBatch>[] = []
    while (entries.length > 0) batches.push(toBatch(entries.splice(0, batchLength(entries))))
    return batches
  }

  /** One loop at a time; it ends with an empty buffer. */
  #send(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined
    })
    return this.#sending
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      this.#underWay = this.#waiting.splice(0, batchLength(this.#waiting))
      await this.#options.deliver(this.#underWay)
      this.#underWay = []
      if (this.#waiting.length < this.#options.size) for (const go of this.#roomWanted.splice(0)) go()
    }
  }
}
