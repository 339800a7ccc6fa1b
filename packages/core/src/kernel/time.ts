import { z } from 'zod'
import { RegiaError } from './errors.ts'

/** Milliseconds since 1970; injected, so that every result can be reproduced. */
export type Clock = () => number

/** ISO-8601 in UTC with milliseconds: how every time stands on the wire. */
export const timestampSchema = z.iso.datetime({ offset: false })
export const durationSchema = z.string().regex(/^\d+(ms|s|m|h|d|w)$/, 'expected a duration such as "30m", "2h" or "1d"')

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/**
 * Milliseconds of a duration such as `'90s'`, `'2h'` or `'1d'`.
 *
 * @throws RegiaError `INVALID_INPUT` when the text is not a whole number with a unit (ms, s, m, h, d, w).
 */
export function durationMs(text: string): number {
  const match = /^(\d+)(ms|s|m|h|d|w)$/.exec(text)
  if (!match) {
    throw new RegiaError('INVALID_INPUT', `"${text}" is not a duration.`, {
      hint: 'Write a whole number and a unit: 500ms, 90s, 30m, 2h, 1d, 1w.',
    })
  }
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS]
}

/** Milliseconds since 1970 as ISO-8601 in UTC. @throws RangeError beyond the dates that ECMAScript can name. @example toIso(0) // '1970-01-01T00:00:00.000Z' */
export const toIso = (ms: number): string => new Date(ms).toISOString()

/** The start of the window of `lengthMs` that holds `ms`; windows are aligned to 1970. */
export const windowStart = (ms: number, lengthMs: number): number => Math.floor(ms / lengthMs) * lengthMs
