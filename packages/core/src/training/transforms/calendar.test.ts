import { describe, expect, it } from 'vitest'
import { createRng } from '../../kernel/index.ts'
import { DATE_PARTS, type DatePart, datePart, numberArithmetic } from './calendar.ts'

const DAY_MS = 86_400_000
const midnight = (date: Date) => new Date(date).setUTCHours(0, 0, 0, 0)
const newYear = (date: Date) => new Date(0).setUTCFullYear(date.getUTCFullYear(), 0, 1)

/** The same by the built-in calendar. */
const BUILT_IN: { readonly [Part in DatePart]: (date: Date) => number } = {
  year: (date) => date.getUTCFullYear(),
  month: (date) => date.getUTCMonth() + 1,
  day: (date) => date.getUTCDate(),
  dayOfYear: (date) => (midnight(date) - newYear(date)) / DAY_MS + 1,
  weekday: (date) => (date.getUTCDay() + 6) % 7,
  hour: (date) => date.getUTCHours(),
  minute: (date) => date.getUTCMinutes(),
  minuteOfDay: (date) => 60 * date.getUTCHours() + date.getUTCMinutes(),
}

const rng = createRng('calendar')
const random = Array.from({ length: 20_000 }, () => Math.round((rng.next() - 0.5) * 2 * 8.6e15))
const near = Array.from({ length: 20_000 }, () => Math.round((rng.next() - 0.3) * 4e12))
const edges = [0, -1, DAY_MS - 1, DAY_MS, -DAY_MS, 8.64e15, -8.6e15].concat(
  [1600, 1900, 1999, 2000, 2001, 2004, 2100].flatMap((year) =>
    [
      Date.UTC(year, 1, 28),
      Date.UTC(year, 1, 29),
      Date.UTC(year, 2, 1),
      Date.UTC(year, 11, 31),
      Date.UTC(year, 0, 1),
    ].flatMap((ms) => [ms - 1, ms]),
  ),
)

describe('datePart', () => {
  it.each(DATE_PARTS)('agrees with the built-in calendar: %s', (part) => {
    for (const ms of [...edges, ...near, ...random]) {
      const got = datePart(part, ms, numberArithmetic)
      if (got !== BUILT_IN[part](new Date(ms))) expect({ ms, got }).toEqual({ ms, got: BUILT_IN[part](new Date(ms)) })
    }
  })
})
