import type { StepEvent } from '@regia/core'
import type { ChildMessage } from './child-message.ts'
import { lineReader } from './child-message.ts'
import { LogBudget } from './log-budget.ts'

const PROGRESS_EVERY_MS = 100
/** Twice what is kept of a line, so that a secret at the end of that is still whole when it is looked for. */
const MAX_LINE_LENGTH = 16_000

/** What a step says, on its way to the worker: bounded, and with the time of each event. */
export class StepEvents {
  readonly #send: (message: ChildMessage) => void
  #progressAt = Number.NEGATIVE_INFINITY
  #heldProgress: StepEvent | undefined
  #budget = new LogBudget()

  constructor(send: (message: ChildMessage) => void) {
    this.#send = send
  }

  /** The step's own code begins. */
  started(): void {
    this.#send({ type: 'started', at: new Date().toISOString() })
  }

  log(stream: 'stdout' | 'stderr' | 'system', text: string): void {
    const verdict = stream === 'system' ? 'keep' : this.#budget.count(text.length)
    if (verdict === 'keep') this.#sendLine(stream, text)
    else if (verdict === 'last') this.#sendLine('system', this.#budget.notice)
  }

  /** A loop may report a million times; a person sees ten a second, and always the last one. */
  progress(fraction: number, message: string | undefined): void {
    const bounded = Math.min(1, Math.max(0, Number.isFinite(fraction) ? fraction : 0))
    const now = Date.now()
    const event: StepEvent = {
      type: 'progress',
      fraction: bounded,
      at: new Date(now).toISOString(),
      ...(message !== undefined && { message: String(message).slice(0, 500) }),
    }
    if (now - this.#progressAt < PROGRESS_EVERY_MS) {
      this.#heldProgress = event
      return
    }
    this.#progressAt = now
    this.#heldProgress = undefined
    this.#send(event)
  }

  metric(name: string, value: number, step: number): void {
    if (Number.isFinite(value)) this.#send({ type: 'metric', name, value, step, at: new Date().toISOString() })
    else this.log('system', `The metric "${name}" is ${value} and was not kept.`)
  }

  /** Ends the events of one step. */
  flush(): void {
    if (this.#heldProgress) this.#send(this.#heldProgress)
    this.#heldProgress = undefined
    this.#progressAt = Number.NEGATIVE_INFINITY
    const { summary } = this.#budget
    if (summary !== undefined) this.#sendLine('system', summary)
    this.#budget = new LogBudget()
  }

  #sendLine(stream: 'stdout' | 'stderr' | 'system', text: string): void {
    this.#send({ type: 'log', stream, text: text.slice(0, MAX_LINE_LENGTH), at: new Date().toISOString() })
  }
}

/** Turns what user code prints into log events, in order with the others. @returns A function that sends an unfinished last line. */
export function captureOutput(events: StepEvents): () => void {
  const finishers = (['stdout', 'stderr'] as const).map((stream) => {
    const read = lineReader((line) => events.log(stream, line))
    let isUnfinished = false
    process[stream].write = (chunk: string | Uint8Array, encodingOrDone?: unknown, done?: unknown): boolean => {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
      isUnfinished = !text.endsWith('\n')
      read(text)
      const callback = typeof encodingOrDone === 'function' ? encodingOrDone : done
      if (typeof callback === 'function') process.nextTick(callback as () => void)
      return true
    }
    return () => {
      if (isUnfinished) read('\n')
      isUnfinished = false
    }
  })
  return () => {
    for (const finish of finishers) finish()
  }
}
