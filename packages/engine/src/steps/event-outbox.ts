import { type Clock, RegiaError, type StepEvent, toIso } from '@regia/core'
import { LogBudget } from './log-budget.ts'

/** Our own words are few; those of a step that pretends to be us are bounded too. */
const MAX_SYSTEM_LINES = 1_000
const MAX_TEXT_LENGTH = 8_000
const MAX_BATCH_EVENTS = 500
/** Characters of text in one batch, so that it stays below every limit on a request's body. */
const MAX_BATCH_TEXT = 200_000

/** Events of one attempt on their way to the control plane, in order. */
export class EventOutbox {
  readonly #now: Clock
  #mask: (text: string) => string = (text) => text
  readonly #budget = new LogBudget()
  #waiting: StepEvent[] = []
  #systemLineCount = 0

  constructor(now: Clock) {
    this.#now = now
  }

  /** Takes secrets out of a text. */
  get mask(): (text: string) => string {
    return this.#mask
  }

  /** @param mask - Applied to every text from here on. */
  hide(mask: (text: string) => string): void {
    this.#mask = mask
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  get fitsInOneBatch(): boolean {
    return this.#nextBatchSize() === this.#waiting.length
  }

  add(event: StepEvent): void {
    if (event.type === 'log') {
      this.#addLine(event)
      return
    }
    // Only the newest progress matters, and a loop may report it a million times.
    const last = this.#waiting.at(-1)
    if (event.type === 'progress' && last?.type === 'progress') this.#waiting.pop()
    const isTold = event.type === 'progress' && event.message !== undefined
    this.#waiting.push(isTold ? { ...event, message: this.#mask(event.message ?? '') } : event)
  }

  #addLine(event: Extract<StepEvent, { readonly type: 'log' }>): void {
    const isSystem = event.stream === 'system'
    const verdict = isSystem ? this.#countSystemLine() : this.#budget.count(event.text.length)
    if (verdict === 'keep') this.#waiting.push(shortened({ ...event, text: this.#mask(event.text) }))
    else if (verdict === 'last') this.say(this.#budget.notice)
  }

  #countSystemLine(): 'keep' | 'drop' {
    return ++this.#systemLineCount <= MAX_SYSTEM_LINES ? 'keep' : 'drop'
  }

  /** Ends the log of the attempt. */
  close(): void {
    const { summary } = this.#budget
    if (summary !== undefined) this.say(summary)
  }

  /** Adds a line of our own. */
  say(text: string): void {
    this.#waiting.push({ type: 'log', stream: 'system', text, at: toIso(this.#now()) })
  }

  /** Sends the oldest events. They stay when sending fails, unless they were refused: the same request would be refused again. */
  async sendBatch<Reply>(send: (events: readonly StepEvent[]) => Promise<Reply>): Promise<Reply> {
    const batch = this.#waiting.splice(0, this.#nextBatchSize())
    try {
      return await send(batch)
    } catch (error) {
      if (!isRefusal(error)) this.#waiting = [...batch, ...this.#waiting]
      else if (batch.some(isOfStep)) this.say(`${batch.length} lines and numbers were refused: ${error.message}`)
      throw error
    }
  }

  #nextBatchSize(): number {
    let textLength = 0
    for (const [index, event] of this.#waiting.entries()) {
      textLength += event.type === 'log' ? event.text.length : 100
      if (index > 0 && (index >= MAX_BATCH_EVENTS || textLength > MAX_BATCH_TEXT)) return index
    }
    return this.#waiting.length
  }
}

/** Whether the control plane understood a request and will not have it. */
export const isRefusal = (error: unknown): error is RegiaError =>
  error instanceof RegiaError && (error.code === 'INVALID_INPUT' || error.code === 'PAYLOAD_TOO_LARGE')

/** What we said ourselves is not said again. */
const isOfStep = (event: StepEvent): boolean => event.type !== 'log' || event.stream !== 'system'

const shortened = <Event extends { readonly text: string }>(event: Event): Event =>
  event.text.length <= MAX_TEXT_LENGTH ? event : { ...event, text: `${event.text.slice(0, MAX_TEXT_LENGTH)} …` }
