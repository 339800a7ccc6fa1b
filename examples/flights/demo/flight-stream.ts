import { createRollingAggregate, type RollingAggregate, readTable, type Table } from 'regia'
import { recentDelays } from '../features/recent-delays.ts'

/** A flight at its departure, with the history features as the client knew them then. Times are milliseconds UTC; `date` is the origin's local time. */
export type Flight = {
  readonly number: number
  readonly row: {
    readonly date: string
    readonly distance: number
    readonly origin: string
    readonly destination: string
    readonly origin_mean_delay: number | null
    readonly destination_mean_delay: number | null
  }
  readonly late: boolean
  readonly departedAt: number
  readonly landedAt: number
}

export type StreamCheck = {
  /** Flights whose features were compared with the offline ones … */
  compared: number
  /** … and how many differed. */
  different: number
}

const COLUMNS = [
  'flight',
  'date',
  'delay',
  'distance',
  'origin',
  'destination',
  'late',
  'departed_at',
  'landed_at',
  'origin_mean_delay',
  'destination_mean_delay',
]
const DAY_MS = 86_400_000
/** Flights that landed in the three hours before the first departure may have taken off half a day earlier. */
const WARM_UP_MS = 15 * 3_600_000

/**
 * Flights between two times in the order of their departures. History features are kept up flight by flight, by the same definition that made the training table;
 * each is compared with the offline value.
 *
 * Reads ten days at a time, so that three months never stand in memory together.
 */
export async function* flightStream(
  path: string,
  from: number,
  until: number,
  check: StreamCheck,
): AsyncGenerator<Flight> {
  const history = createRollingAggregate(recentDelays)
  for (let start = from - WARM_UP_MS; start < until; start += 10 * DAY_MS) {
    const end = Math.min(until, start + 10 * DAY_MS)
    const table = await readTable(path, {
      columns: COLUMNS,
      where: `departed_at >= ${timestamp(start)} AND departed_at < ${timestamp(end)}`,
    })
    for (const flight of departures(table, history, from, check)) yield flight
  }
}

const timestamp = (ms: number) => `TIMESTAMP '${new Date(ms).toISOString().replace('Z', '')}'`

function* departures(table: Table, history: RollingAggregate, from: number, check: StreamCheck): Generator<Flight> {
  const read = cellReader(table)
  for (let i = 0; i < table.rowCount; i++) {
    const departedAt = read.number('departed_at', i)
    const landedAt = read.number('landed_at', i)
    const keys = { origin: read.text('origin', i), destination: read.text('destination', i) }
    if (departedAt >= from) {
      const features = history.query(keys, departedAt)
      compare(features, read, i, check)
      yield {
        number: read.number('flight', i),
        row: {
          date: new Date(read.number('date', i)).toISOString(),
          distance: read.number('distance', i),
          ...keys,
          origin_mean_delay: features.origin_mean_delay ?? null,
          destination_mean_delay: features.destination_mean_delay ?? null,
        },
        late: read.number('late', i) === 1,
        departedAt,
        landedAt,
      }
    }
    history.observe({ ...keys, landed_at: landedAt, delay: read.number('delay', i) })
  }
}

/** Rows that carry their features already, such as the control; their times are still to be set. */
export function readFlights(table: Table): Flight[] {
  const read = cellReader(table)
  const orNull = (value: number) => (Number.isNaN(value) ? null : value)
  return Array.from({ length: table.rowCount }, (_, i) => ({
    number: read.number('flight', i),
    row: {
      date: new Date(read.number('date', i)).toISOString(),
      distance: read.number('distance', i),
      origin: read.text('origin', i),
      destination: read.text('destination', i),
      origin_mean_delay: orNull(read.number('origin_mean_delay', i)),
      destination_mean_delay: orNull(read.number('destination_mean_delay', i)),
    },
    late: read.number('late', i) === 1,
    departedAt: 0,
    landedAt: 0,
  }))
}

type CellReader = {
  readonly number: (column: string, row: number) => number
  readonly text: (column: string, row: number) => string
}

function cellReader(table: Table): CellReader {
  return {
    number: (name, row) => {
      const column = table.columns[name]
      return column && column.type !== 'string' ? column.values[row]! : Number.NaN
    },
    text: (name, row) => {
      const column = table.columns[name]
      return column?.type === 'string' ? (column.categories[column.codes[row]!] ?? '') : ''
    },
  }
}

function compare(
  features: { readonly [name: string]: number | null },
  read: CellReader,
  row: number,
  check: StreamCheck,
): void {
  check.compared++
  const differs = ['origin_mean_delay', 'destination_mean_delay'].some((name) => {
    const offline = read.number(name, row)
    const online = features[name] ?? Number.NaN
    return !(Object.is(offline, online) || offline === online)
  })
  if (differs) check.different++
}
