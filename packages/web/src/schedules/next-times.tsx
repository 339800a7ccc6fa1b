import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { timesQuery } from './queries.ts'
import classes from './schedules.module.css'

type NextTimesProps = { readonly cron: string; readonly timezone: string }

const PAUSE_MS = 250

/** What a cron line means: its next times, in its own time zone and in UTC. */
export function NextTimes({ cron, timezone }: NextTimesProps) {
  const [asked] = useDebouncedValue(`${cron}\n${timezone}`, PAUSE_MS)
  const [line = '', zone = 'UTC'] = asked.split('\n')
  const { data, error } = useQuery({ ...timesQuery(line, zone), enabled: line.trim() !== '' })
  if (error) return <span className={classes.wrong}>{error.message}</span>
  const format = localFormat(zone)
  return (
    <ol className={classes.times} aria-label="Next times">
      {(data?.times ?? []).map((time) => (
        <li key={time}>
          {format(time)} <small>{time.slice(0, 16).replace('T', ' ')} UTC</small>
        </li>
      ))}
    </ol>
  )
}

// The server says what is wrong with a zone; until then UTC is shown.
function localFormat(timeZone: string): (iso: string) => string {
  const options = { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const
  try {
    const format = new Intl.DateTimeFormat('en-GB', { ...options, timeZone })
    return (iso) => format.format(new Date(iso))
  } catch {
    return (iso) => iso
  }
}
