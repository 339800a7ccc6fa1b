import type { Flight } from './flight-stream.ts'

/** Ways to break the data on its way to the endpoint, as it happens in production. */
export type Breakage = {
  readonly name: string
  readonly label: string
  readonly description: string
  /** Changes the row that is sent. */
  readonly row?: (row: Flight['row']) => Flight['row']
  /** Changes the label that is reported. */
  readonly late?: (late: boolean) => boolean
}

export const BREAKAGES: readonly Breakage[] = [
  {
    name: 'distance-x100',
    label: 'Distance × 100',
    description: 'A sender changes its unit: every distance arrives a hundred times too large.',
    row: (row) => ({ ...row, distance: row.distance * 100 }),
  },
  {
    name: 'airport-renamed',
    label: 'An airport renamed',
    description: 'Flights from the ten busiest airports arrive under new codes that training never saw.',
    row: (row) => (BUSIEST.has(row.origin) ? { ...row, origin: `K${row.origin.slice(0, 2)}` } : row),
  },
  {
    name: 'nulls',
    label: 'History lost',
    description: 'The feed of landed flights breaks: the mean delays arrive as nulls.',
    row: (row) => ({ ...row, origin_mean_delay: null, destination_mean_delay: null }),
  },
  {
    name: 'labels-flipped',
    label: 'Labels flipped',
    description: 'Whoever reports arrivals confuses late and on time.',
    late: (late) => !late,
  },
]

const BUSIEST = new Set(['ORD', 'DFW', 'ATL', 'LAX', 'PHX', 'STL', 'DTW', 'LAS', 'MSP', 'DEN'])
