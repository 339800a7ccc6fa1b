import { type IdFactory, RegiaError, type ScheduleSpec, toIso } from '@regia/core'
import { type CronTimes, cronTimes } from './cron-times.ts'
import type { NewFiring } from './firing-store.ts'
import type { EventWhen, Happening } from './schedule-deps.ts'

export type TimeWhen = Extract<ScheduleSpec['when'], { readonly on: 'time' }>

/** A time that is so much past was missed: nothing was there to run it. */
const LATE_MS = 60_000
/** Times that are made up for at most; older ones are passed over. */
const MAX_MADE_UP = 1_000

export type Noted = {
  readonly firings: readonly NewFiring[]
  readonly position: number
  readonly nextAt: number | undefined
}

type Noting = { readonly now: number; readonly newId: IdFactory }

/** The times of a schedule that have come since `position`, as its catch-up wants them. */
export function dueTimes(when: TimeWhen, overlap: ScheduleSpec['overlap'], position: number, noting: Noting): Noted {
  const { now, newId } = noting
  const times = timesOf(when)
  const come = comeSince(times, position, now)
  const wanted = wantedOf(when.catchUp, come, now)
  const note = (time: number, reason: string, rest: Partial<NewFiring> = {}): NewFiring => ({
    occasion: `time:${toIso(time)}`,
    at: toIso(time),
    firedAt: toIso(now),
    runId: newId('run'),
    cause: 'time',
    reason,
    ...rest,
  })
  // Several at once would all but the first be skipped or cancelled, which is not what making up for them means.
  const state = wanted.length > 1 && overlap !== 'allow' ? 'queued' : 'claimed'
  const firings = wanted.map((time) => {
    const isLate = now - time > LATE_MS
    return note(time, isLate ? 'made up for: nothing was there to run it in time' : 'on time', { state })
  })
  const passed = come.filter((time) => !wanted.includes(time))
  const last = passed.at(-1)
  const skipped =
    last === undefined
      ? []
      : [note(last, `${countText(passed.length)} while nothing was there to run it`, { state: 'skipped' })]
  return { firings: [...skipped, ...firings], position: now, nextAt: times.after(now) }
}

/** The times since the position, oldest first; of very many the latest. Most often it is one, so that it looks forwards first. */
function comeSince(times: CronTimes, position: number, now: number): readonly number[] {
  const come: number[] = []
  for (let time = times.after(position); time !== undefined && time <= now; time = times.after(time)) {
    if (come.length > MAX_MADE_UP) return times.until(now, MAX_MADE_UP + 1)
    come.push(time)
  }
  return come
}

function wantedOf(catchUp: TimeWhen['catchUp'], come: readonly number[], now: number): readonly number[] {
  const latest = come.slice(-1)
  switch (catchUp) {
    case 'all':
      return come.slice(-MAX_MADE_UP)
    case 'latest':
      return latest
    case 'none':
      return latest.filter((time) => now - time <= LATE_MS)
  }
}

const countText = (count: number): string =>
  count === 1
    ? 'this time passed'
    : count > MAX_MADE_UP
      ? `more than ${MAX_MADE_UP} times up to this one passed`
      : `${count} times up to this one passed`

export const timesOf = ({ cron, timezone }: Pick<TimeWhen, 'cron' | 'timezone'>): CronTimes => cronTimes(cron, timezone)

/** When a schedule runs next. @throws RegiaError `INVALID_INPUT` for a line that is none, or whose time never comes. */
export function firstTime(when: TimeWhen, now: number): number {
  const next = timesOf(when).after(now)
  if (next !== undefined) return next
  throw new RegiaError('INVALID_INPUT', `"${when.cron}" names a time that never comes.`, {
    where: 'when.cron',
    hint: 'Look at its day of month and month: there is no 30th of February.',
  })
}

/** What happened elsewhere, each an occasion of its own. */
export const dueHappenings = (
  when: EventWhen,
  happenings: readonly Happening[],
  { now, newId }: Noting,
): readonly NewFiring[] =>
  happenings.map(({ position, at, cause, facts }) => ({
    occasion: `${when.on}:${subjectOf(when)}:${position}`,
    at,
    firedAt: toIso(now),
    runId: newId('run'),
    cause,
    reason: cause,
    facts,
  }))

const subjectOf = (when: EventWhen): string => {
  switch (when.on) {
    case 'dataset':
      return when.dataset
    case 'alias':
      return `${when.model}@${when.alias}`
    case 'alert':
      return when.monitor
  }
}
