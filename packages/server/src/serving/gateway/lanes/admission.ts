import { RegiaError, type ServingLimits } from '@regia/core'
import type { PredictCall } from '../answer.ts'
import type { LoopDelay } from './loop-delay.ts'

/** What a call of the model costs, and what each row adds. */
export type RunCost = { readonly callMs: number; readonly rowMs: number }

export type AdmissionOptions = {
  readonly limits: () => Pick<ServingLimits, 'maxQueueRows' | 'deadlineMs'>
  readonly loopDelay: Pick<LoopDelay, 'ms' | 'watch'>
}

/** How much of the time that a request has left may be taken up by what is expected: the rest is for what is not. */
const HEADROOM = 0.7
/** How much a new measurement counts against those before. */
const WEIGHT = 0.2
/** A request is better refused at once than late: so many mean deviations are added to what is expected. */
const CAUTION = 1
/** One run that the machine interrupted says little of the next: it counts as at most so many times as slow as expected. */
const MAX_SURPRISE = 2
const FIRST_COST: RunCost = { callMs: 0.02, rowMs: 0.005 }

/**
 * Lets requests in as long as there is room and they can be answered in time, and else refuses them at once, with the time after which to
 * come again: what is refused early costs next to nothing, what is let in is answered.
 */
export class Admission {
  readonly #options: AdmissionOptions
  #cost = FIRST_COST
  /** How much longer runs take than they did at warm-up: others share the processor. */
  #slowdown = 1
  #deviation = 0
  #rows = 0
  #batchRows = 1
  #atOnce = 1

  constructor(options: AdmissionOptions) {
    this.#options = options
  }

  /** Rows that wait or are being computed. */
  get rows(): number {
    return this.#rows
  }

  /** Tells what was measured when the model was loaded. */
  expect(cost: RunCost, batchRows: number, atOnce: number): void {
    this.#cost = cost
    this.#batchRows = batchRows
    this.#atOnce = Number.isFinite(atOnce) ? atOnce : 1
  }

  /** @throws RegiaError `QUEUE_FULL`, `OVERLOADED`, `DEADLINE_EXCEEDED`. */
  assertRoom(call: PredictCall): void {
    const { limits, loopDelay } = this.#options
    loopDelay.watch()
    const leftMs = this.deadlineOf(call) - performance.now()
    if (leftMs <= 0) throw tooLate()
    if (this.#rows === 0 && loopDelay.ms < leftMs) return
    const waitMs = this.#waitMs(call.rows.length) + loopDelay.ms
    if (waitMs > HEADROOM * leftMs) throw overloaded(waitMs, leftMs)
    const { maxQueueRows } = limits()
    if (this.#rows > 0 && this.#rows + call.rows.length > maxQueueRows) {
      throw queueFull(this.#rows, maxQueueRows, waitMs)
    }
  }

  /** Answers with the call's deadline in the time of `performance.now()`. */
  deadlineOf({ deadlineAt, receivedAt }: PredictCall): number {
    const ours = receivedAt + this.#options.limits().deadlineMs
    return deadlineAt === undefined ? ours : Math.min(deadlineAt, ours)
  }

  /**
   * Whether a call in a batch of so many rows is not worth beginning any more: it is past its deadline, or would be answered after it
   * although there was time enough when it came.
   */
  isTooLate(call: PredictCall, now: number, rows: number): boolean {
    const deadline = this.deadlineOf(call)
    if (deadline < now) return true
    const runMs = this.#slowdown * this.#costOf(rows)
    return deadline < now + runMs && deadline - call.receivedAt > 2 * runMs
  }

  entered(rows: number): void {
    this.#rows += rows
  }

  left(rows: number): void {
    this.#rows -= rows
  }

  /** Learns from a run of the model that is over. */
  ran(rows: number, ms: number): void {
    const ratio = ms / this.#costOf(rows)
    const error = Math.max(0.1, Math.min(ratio, MAX_SURPRISE * this.#slowdown)) - this.#slowdown
    this.#slowdown += WEIGHT * error
    this.#deviation += WEIGHT * (Math.abs(error) - this.#deviation)
  }

  /** Until all that waits now is answered, and so many rows more. */
  #waitMs(more: number): number {
    const slowdown = this.#slowdown + CAUTION * this.#deviation
    return (slowdown * this.#costOf(this.#rows + more)) / this.#atOnce
  }

  #costOf(rows: number): number {
    const { callMs, rowMs } = this.#cost
    return Math.ceil(rows / this.#batchRows) * callMs + rows * rowMs
  }
}

const secondsOf = (ms: number): number => Math.max(1, Math.ceil(ms / 1000))

const queueFull = (rows: number, maxQueueRows: number, waitMs: number): RegiaError =>
  new RegiaError('QUEUE_FULL', `${rows} rows wait already; this endpoint lets ${maxQueueRows} wait.`, {
    where: 'limits.maxQueueRows',
    hint: `Come again in ${secondsOf(waitMs)} s, send fewer rows at once, or raise the limit of the endpoint.`,
    data: { retryAfterSeconds: secondsOf(waitMs), queuedRows: rows },
  })

const overloaded = (waitMs: number, leftMs: number): RegiaError => {
  const [wait, left] = [Math.ceil(waitMs), Math.floor(leftMs)]
  const again = secondsOf(waitMs - HEADROOM * leftMs)
  return new RegiaError(
    'OVERLOADED',
    `About ${wait} ms of work stand before this request, which has ${left} ms left.`,
    {
      hint: `Come again in ${again} s, allow more time, or run more servers.`,
      data: { retryAfterSeconds: again },
    },
  )
}

export const tooLate = (): RegiaError =>
  new RegiaError('DEADLINE_EXCEEDED', 'The request could not be answered before its deadline, and was dropped.', {
    hint: 'Nothing was computed or logged. Allow more time ("x-deadline-ms", the limits of the endpoint), or send less at once.',
    data: { retryAfterSeconds: 1 },
  })

export const clientGone = (): RegiaError =>
  new RegiaError('CLIENT_GONE', 'The client closed the connection before its request was computed.')
