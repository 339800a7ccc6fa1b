import { type BackfillSpec, RegiaError } from '@regia/core'

type Over = BackfillSpec['over']
type TimeOver = Extract<Over, { readonly kind: 'time' }>
type Params = Readonly<Record<string, unknown>>

const DAY_MS = 86_400_000
const MAX_RUNS = 10_000

/**
 * The parameters of each run of a back-fill, in order: one run per value or per window of days in UTC. Weeks are seven days from the first
 * one; months go to the same day of the next month, or its last day where it has no such day. The last window ends where the span does.
 *
 * @throws RegiaError `INVALID_INPUT` for a span without days, or more than 10,000 runs.
 */
export function backfillParams({ over, params }: BackfillSpec): readonly Params[] {
  if (over.kind === 'values') return over.values.map((value) => ({ ...params, [over.param]: value }))
  return windowsOf(over).map(({ from, until }) => ({
    ...params,
    [over.fromParam]: from,
    ...(over.untilParam !== undefined && { [over.untilParam]: until }),
  }))
}

type DayWindow = { readonly from: string; readonly until: string }

function windowsOf({ from, until, every }: TimeOver): readonly DayWindow[] {
  const [first, end] = [dayOf(from), dayOf(until)]
  if (end <= first) {
    throw new RegiaError('INVALID_INPUT', `The span from ${from} until ${until} has no day.`, {
      where: 'over.until',
      hint: '"until" is the first day that is no longer in it; it must come after "from".',
    })
  }
  const windows: DayWindow[] = []
  for (let i = 0; startOf(first, every, i) < end; i++) {
    if (windows.length === MAX_RUNS) {
      throw new RegiaError('INVALID_INPUT', `The span has more than ${MAX_RUNS} windows.`, {
        where: 'over',
        hint: 'Take longer windows, or several back-fills.',
      })
    }
    windows.push({ from: dateOf(startOf(first, every, i)), until: dateOf(Math.min(end, startOf(first, every, i + 1))) })
  }
  return windows
}

function startOf(first: number, every: TimeOver['every'], index: number): number {
  if (every === 'day') return first + index * DAY_MS
  if (every === 'week') return first + index * 7 * DAY_MS
  const date = new Date(first)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + index]
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  return Date.UTC(year, month, Math.min(date.getUTCDate(), lastDay))
}

const dayOf = (date: string): number => Date.parse(`${date}T00:00:00Z`)
const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
