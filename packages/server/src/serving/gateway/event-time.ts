import { type Clock, RegiaError, toIso } from '@regia/core'

const ISO_UTC = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?Z$/
/** One event from the far future would close every window before its time. */
const MAX_AHEAD_MS = 86_400_000

/**
 * Milliseconds of the event time that a request carries; now where it carries none.
 *
 * @throws RegiaError `INVALID_INPUT` for what is no UTC time, or one more than a day ahead of the clock.
 */
export function parseEventTime(at: unknown, clock: Clock, where: string): number {
  if (at === undefined || at === null) return clock()
  const ms = typeof at === 'string' && ISO_UTC.test(at) ? Date.parse(at) : Number.NaN
  if (Number.isNaN(ms)) {
    throw new RegiaError(
      'INVALID_INPUT',
      `${typeof at === 'object' ? 'An object' : JSON.stringify(at).slice(0, 100)} is not an event time.`,
      {
        where,
        hint: 'Send UTC in ISO 8601, such as "2026-11-22T09:00:00.000Z", or leave it out for now.',
      },
    )
  }
  if (ms <= clock() + MAX_AHEAD_MS) return ms
  throw new RegiaError('INVALID_INPUT', `The event time ${toIso(ms)} lies more than a day in the future.`, {
    where,
    hint: 'Look at the clock or the units of the sender.',
  })
}
