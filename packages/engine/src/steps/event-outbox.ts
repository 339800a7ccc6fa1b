import type { Clock, StepEvent } from '@regia/core'
import { toIso } from '@regia/core'

/** Lines of one attempt that are kept; what a chatty step says beyond is counted, not kept. */
const MAX_LOG_LINES = 20_000
const MAX_TEXT_LENGTH = 8_000
const BATCH_SIZE = 500

/** Events of one attempt on their way to the control plane, in order. */
export class EventOutbox {
  readonly #now: Clock
  #waiting: StepEvent[] = []
  #logLineCount = 0

  constructor(now: Clock) {
    this.#now = now
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  get fitsInOneBatch(): boolean {
    return this.#waiting.length <= BATCH_SIZE
  }

  add(event: StepEvent): void {
    if (event.type !== 'log') {
      // Only the newest progress matters, and a loop may report it a million times.
      const last = this.#waiting.at(-1)
      if (event.type === 'progress' && last?.type === 'progress') this.#waiting.pop()
      this.#waiting.push(event)
      return
    }
    this.#logLineCount++
    if (this.#logLineCount <= MAX_LOG_LINES) this.#waiting.push(shortened(event))
    else if (this.#logLineCount === MAX_LOG_LINES + 1)
      this.say(`More than ${MAX_LOG_LINES} lines: the rest is not kept.`)
  }

  /** Adds a line of our own. */
  say(text: string): void {
    this.#waiting.push({ type: 'log', stream: 'system', text, at: toIso(this.#now()) })
  }

  /** Sends the oldest events; they stay when sending fails. */
  async sendBatch<Reply>(send: (events: readonly StepEvent[]) => Promise<Reply>): Promise<Reply> {
    const batch = this.#waiting.splice(0, BATCH_SIZE)
    try {
      return await send(batch)
    } catch (error) {
      this.#waiting = [...batch, ...this.#waiting]
      throw error
    }
  }
}

const shortened = <Event extends { readonly text: string }>(event: Event): Event =>
  event.text.length <= MAX_TEXT_LENGTH ? event : { ...event, text: `${event.text.slice(0, MAX_TEXT_LENGTH)} …` }
