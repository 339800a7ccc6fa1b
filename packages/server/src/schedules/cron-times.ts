import { RegiaError } from '@regia/core'
import { Cron } from 'croner'

/** The times of a cron line in a time zone. Times are milliseconds since 1970. */
export type CronTimes = {
  /** The first time after `ms`; none where the line names a date that never comes. */
  readonly after: (ms: number) => number | undefined
  /** At most `count` times up to `ms`, the latest last. */
  readonly until: (ms: number, count: number) => readonly number[]
}

const FIELDS = 5
const HOUR_FIELD = 1
/** No clock change is longer than this. */
const LONGEST_CHANGE_MS = 3 * 3_600_000

/**
 * Reads a cron line: minute, hour, day of month, month, day of week.
 *
 * A time that a change of the clock leaves out comes right after the change; one that comes twice counts the first time. Where the hour is
 * `*` or `*\/n`, real hours are meant: none is left out and none is repeated.
 *
 * @param timezone - An IANA name, such as `Europe/Berlin`.
 * @throws RegiaError `INVALID_INPUT` for a line or a zone that is none.
 */
export function cronTimes(cron: string, timezone: string): CronTimes {
  const wall = wallClock(timezone)
  const pattern = parse(cron, timezone)
  const hour = cron.trim().split(/\s+/)[HOUR_FIELD] ?? ''
  const isRepeated = (ms: number): boolean => !hour.startsWith('*') && cameBefore(wall, ms)
  return {
    after: (ms) => {
      let time = pattern.nextRun(new Date(ms))
      while (time !== null && isRepeated(time.getTime())) time = pattern.nextRun(time)
      return time?.getTime()
    },
    until: (ms, count) =>
      pattern
        // A time is "before" only what is later, and `ms` itself counts.
        .previousRuns(count, new Date(ms + 1))
        .map((time) => time.getTime())
        .filter((time) => time <= ms && !isRepeated(time))
        .reverse(),
  }
}

function parse(cron: string, timezone: string): Cron {
  const fields = cron.trim().split(/\s+/)
  const hint = 'Five fields: minute, hour, day of month, month, day of week; "30 6 * * 1" is Mondays at 6:30.'
  if (fields.length !== FIELDS) {
    const message = `"${cron}" has ${fields.length} field${fields.length === 1 ? '' : 's'}; a cron line has five.`
    throw new RegiaError('INVALID_INPUT', message, { where: 'when.cron', hint })
  }
  try {
    return new Cron(cron.trim(), { timezone, paused: true, mode: '5-part' })
  } catch (cause) {
    const told = cause instanceof Error ? cause.message.replace(/^CronPattern: /, '') : String(cause)
    throw new RegiaError('INVALID_INPUT', `"${cron}" is no cron line: ${told}`, { where: 'when.cron', hint, cause })
  }
}

type WallClock = (ms: number) => string

/** What a clock on the wall shows, to the second. */
function wallClock(timezone: string): WallClock {
  try {
    const format = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, dateStyle: 'short', timeStyle: 'medium' })
    return (ms) => format.format(ms)
  } catch (cause) {
    throw new RegiaError('INVALID_INPUT', `"${timezone}" is no time zone.`, {
      where: 'when.timezone',
      hint: 'Use an IANA name such as Europe/Berlin, America/New_York or UTC.',
      cause,
    })
  }
}

/** Whether the clock showed the same once before: it has been put back in between. */
function cameBefore(wall: WallClock, ms: number): boolean {
  const shown = wall(ms)
  const [before, now] = [offsetOf(wall, ms - LONGEST_CHANGE_MS), offsetOf(wall, ms)]
  return before > now && wall(ms - (before - now)) === shown
}

/** How far the clock on the wall is ahead of UTC. */
function offsetOf(wall: WallClock, ms: number): number {
  const [, day, month, year, time] = /^(\d+)\/(\d+)\/(\d+), ([\d:]+)$/.exec(wall(ms)) ?? []
  return Date.parse(`${year}-${month}-${day}T${time}Z`) - Math.floor(ms / 1_000) * 1_000
}
