const UTC_DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' })
const UTC_MINUTE = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
})

/** `12 Apr`; event times are shown in UTC, as they are computed. */
export const formatDay = (iso: string | number): string => UTC_DAY.format(new Date(iso))
/** `12 Apr, 14:00`. */
export const formatMinute = (iso: string | number): string => UTC_MINUTE.format(new Date(iso))
/** `2001-04-12 14:00:05 UTC`: the exact time, for a hover. */
export const formatExact = (iso: string | number): string =>
  `${new Date(iso).toISOString().slice(0, 19).replace('T', ' ')} UTC`

/** A window of event time in as few words as are exact. */
export function formatSpan(from: string, until: string): string {
  const isWholeDay = Date.parse(until) - Date.parse(from) === 86_400_000 && from.slice(11, 19) === '00:00:00'
  return isWholeDay ? formatDay(from) : `${formatMinute(from)} to ${formatMinute(until)}`
}

/** `12 s ago`, `in 21 min`. */
export function formatRelative(iso: string, now: number): string {
  const ms = now - Date.parse(iso)
  const size = Math.abs(ms)
  if (size < 5_000) return 'now'
  const text = relativeSize(size)
  return ms >= 0 ? `${text} ago` : `in ${text}`
}

function relativeSize(ms: number): string {
  if (ms < 60_000) return `${Math.floor(ms / 1000)} s`
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min`
  if (ms < 48 * 3_600_000) return `${Math.floor(ms / 3_600_000)} h`
  return `${Math.floor(ms / 86_400_000)} d`
}

/** Milliseconds between two moments; until `now` for what has not ended. */
export const elapsedMs = (from: string | undefined, until: string | undefined, now: number): number | undefined =>
  from === undefined ? undefined : Math.max(0, (until === undefined ? now : Date.parse(until)) - Date.parse(from))
