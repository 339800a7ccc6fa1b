import { type ErrorCode, type LogBatch, RegiaError } from '@regia/core'
import { type LogEntry, toBatch } from './log-entry.ts'

/** Sends one batch; must give up by itself when the signal aborts. */
export type SendBatch = (batch: Partial<LogBatch>, signal: AbortSignal) => Promise<void>

export type DeliveryOptions = {
  readonly send: SendBatch
  /** Gets each failure that does not pass, with what was lost by it. */
  readonly onRefused: (error: RegiaError, entries: readonly LogEntry[]) => void
  /** How long a failure that may pass is borne with, for one batch. */
  readonly patienceMs: number
  readonly requestTimeoutMs: number
  readonly now: () => number
  readonly wait: (ms: number) => Promise<void>
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000
/** An error inside the server may pass, but seldom does. */
const INTERNAL_TRIES = 5

const PASSING: ReadonlySet<ErrorCode> = new Set([
  'UNAVAILABLE',
  'TOO_MANY_REQUESTS',
  'TIMEOUT',
  'HOME_LOCKED',
  'LOG_WRITE_FAILED',
])
/** One bad entry has the whole batch refused: the others are sent without it. */
const OF_SOME_ENTRY: ReadonlySet<ErrorCode> = new Set(['INVALID_INPUT', 'CONFLICT', 'PAYLOAD_TOO_LARGE'])

/**
 * Delivers batches one after the other.
 *
 * What was sent and not answered is sent again unchanged: the server drops exact duplicates. Of a batch that is refused, the entries that
 * are at fault are found by halving, and the others arrive.
 */
export function createDelivery(options: DeliveryOptions): (entries: readonly LogEntry[]) => Promise<void> {
  const { send, onRefused, patienceMs, requestTimeoutMs, now, wait } = options
  // After a batch was given up the next ones are tried once each, so that an end does not wait for all of them.
  let patience = patienceMs

  const sendPatiently = async (batch: Partial<LogBatch>): Promise<void> => {
    const startedMs = now()
    for (let attempt = 1; ; attempt++) {
      try {
        await send(batch, AbortSignal.timeout(requestTimeoutMs))
        patience = patienceMs
        return
      } catch (error) {
        if (!mayPass(error, attempt)) throw asRegiaError(error)
        const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1))
        if (now() + pauseMs - startedMs > patience) {
          patience = 0
          throw asRegiaError(error)
        }
        await wait(pauseMs)
      }
    }
  }

  const deliver = async (entries: readonly LogEntry[]): Promise<void> => {
    try {
      await sendPatiently(toBatch(entries))
    } catch (error) {
      const refusal = asRegiaError(error)
      const parts = OF_SOME_ENTRY.has(refusal.code) ? partsOf(entries, refusal.code) : [entries]
      if (parts.length === 1) onRefused(refusal, entries)
      else for (const part of parts) await deliver(part)
    }
  }
  return deliver
}

/** Of a conflict a param is to blame, else the run itself: other entries are not told apart. */
function partsOf(entries: readonly LogEntry[], code: ErrorCode): readonly (readonly LogEntry[])[] {
  if (entries.length === 1) return [entries]
  if (code === 'CONFLICT') {
    const params = entries.filter(({ kind }) => kind === 'param')
    if (params.length === 0) return [entries]
    if (params.length < entries.length) return [entries.filter(({ kind }) => kind !== 'param'), params]
  }
  const middle = Math.ceil(entries.length / 2)
  return [entries.slice(0, middle), entries.slice(middle)]
}

/**
 * Whether the same request may succeed later. What is none of Regia's errors is a connection that broke or took too long.
 *
 * @param attempt - The number of the attempt that failed, from 1.
 */
export function mayPass(error: unknown, attempt: number): boolean {
  if (!(error instanceof RegiaError)) return true
  return PASSING.has(error.code) || (error.code === 'INTERNAL' && attempt < INTERNAL_TRIES)
}

const asRegiaError = (error: unknown): RegiaError =>
  error instanceof RegiaError
    ? error
    : new RegiaError('UNAVAILABLE', `The server did not answer: ${String(error)}`, {
        cause: error,
        hint: 'Look whether it still runs, and at what stands between it and here.',
      })
