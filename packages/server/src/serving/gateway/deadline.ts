import type { IncomingHttpHeaders } from 'node:http'
import { RegiaError } from '@regia/core'

/** Milliseconds within which a request wants to be begun. */
export const DEADLINE_HEADER = 'x-deadline-ms'

/**
 * The deadline that a request names itself, in the time of `performance.now()`: the sooner of its header and what its protocol read.
 *
 * @throws RegiaError `INVALID_INPUT` for a header that is no number of milliseconds.
 */
export function readDeadline(
  headers: IncomingHttpHeaders,
  receivedAt: number,
  timeoutMs = Number.POSITIVE_INFINITY,
): number | undefined {
  const text = headers[DEADLINE_HEADER]
  const wanted = Math.min(timeoutMs, text === undefined ? Number.POSITIVE_INFINITY : milliseconds(text))
  return Number.isFinite(wanted) ? receivedAt + wanted : undefined
}

function milliseconds(text: string | string[]): number {
  const value = typeof text === 'string' && text.trim() !== '' ? Number(text) : Number.NaN
  if (value > 0) return value
  throw new RegiaError('INVALID_INPUT', `The header ${DEADLINE_HEADER} is "${String(text).slice(0, 40)}".`, {
    where: `header ${DEADLINE_HEADER}`,
    hint: 'Send milliseconds above 0, such as 250, or leave it out.',
  })
}

/** Nobody's fault: such a request counts as no error of the endpoint. */
export const isClientGone = (error: unknown): boolean => error instanceof RegiaError && error.code === 'CLIENT_GONE'
