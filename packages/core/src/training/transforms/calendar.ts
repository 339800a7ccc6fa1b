/** Whole-number arithmetic that both JavaScript and an ONNX graph can do: one calendar serves both. Divisors are positive. */
export type WholeArithmetic<Value> = {
  readonly plus: (a: Value, b: Value | number) => Value
  readonly minus: (a: Value, b: Value) => Value
  readonly times: (a: Value, factor: number) => Value
  /** Rounds towards minus infinity. */
  readonly over: (a: Value, divisor: number) => Value
  /** In [0, divisor). */
  readonly modulo: (a: Value, divisor: number) => Value
}

export const DATE_PARTS = ['year', 'month', 'day', 'dayOfYear', 'weekday', 'hour', 'minute', 'minuteOfDay'] as const
/** month 1–12, day 1–31, dayOfYear 1–366, weekday 0 (Monday) – 6, hour 0–23, minute 0–59, minuteOfDay 0–1439. */
export type DatePart = (typeof DATE_PARTS)[number]

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

export const numberArithmetic: WholeArithmetic<number> = {
  plus: (a, b) => a + b,
  minus: (a, b) => a - b,
  times: (a, factor) => a * factor,
  over: (a, divisor) => Math.floor(a / divisor),
  modulo: (a, divisor) => a - Math.floor(a / divisor) * divisor,
}

/**
 * A part of a time, by the proleptic Gregorian calendar.
 *
 * @param ms - Milliseconds since 1970, negative before.
 */
export function datePart<Value>(part: DatePart, ms: Value, arithmetic: WholeArithmetic<Value>): Value {
  const { plus, over, modulo } = arithmetic
  const readers: { readonly [Part in DatePart]: () => Value } = {
    // 1 January 1970 was a Thursday.
    weekday: () => modulo(plus(over(ms, DAY_MS), 3), 7),
    hour: () => over(modulo(ms, DAY_MS), HOUR_MS),
    minute: () => over(modulo(ms, HOUR_MS), MINUTE_MS),
    minuteOfDay: () => over(modulo(ms, DAY_MS), MINUTE_MS),
    year: () => civilDate(ms, arithmetic).year,
    month: () => civilDate(ms, arithmetic).month,
    day: () => civilDate(ms, arithmetic).day,
    dayOfYear: () => dayOfYear(ms, arithmetic),
  }
  return readers[part]()
}

/**
 * Year, month and day, counted in eras of 400 years that begin on 1 March, so that the leap day comes last.
 *
 * @see Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
 */
function civilDate<Value>(ms: Value, { plus, minus, times, over, modulo }: WholeArithmetic<Value>) {
  const days = plus(over(ms, DAY_MS), 719_468)
  const era = over(days, 146_097)
  const dayOfEra = modulo(days, 146_097)
  const leaps = minus(plus(minus(dayOfEra, over(dayOfEra, 1460)), over(dayOfEra, 36_524)), over(dayOfEra, 146_096))
  const yearOfEra = over(leaps, 365)
  const daysOfYears = minus(plus(times(yearOfEra, 365), over(yearOfEra, 4)), over(yearOfEra, 100))
  const dayFromMarch = minus(dayOfEra, daysOfYears)
  const monthFromMarch = over(plus(times(dayFromMarch, 5), 2), 153)
  const day = plus(minus(dayFromMarch, over(plus(times(monthFromMarch, 153), 2), 5)), 1)
  const month = plus(modulo(plus(monthFromMarch, 2), 12), 1)
  // January and February end the year that began in March: 1 from the tenth month on.
  const year = plus(plus(yearOfEra, times(era, 400)), over(monthFromMarch, 10))
  return { year, month, day }
}

function dayOfYear<Value>(ms: Value, arithmetic: WholeArithmetic<Value>): Value {
  const { plus, minus, times, over } = arithmetic
  const before = plus(civilDate(ms, arithmetic).year, -1)
  const leapDays = plus(minus(over(before, 4), over(before, 100)), over(before, 400))
  // Days from 1 January of the year 1 to 1970: 719,162.
  const newYear = plus(plus(times(before, 365), leapDays), -719_162)
  return plus(minus(over(ms, DAY_MS), newYear), 1)
}
