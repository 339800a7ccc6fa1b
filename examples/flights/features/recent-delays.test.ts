import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import {
  createRng,
  floatColumn,
  getNumericColumn,
  getStringColumn,
  makeTable,
  readTable,
  stringColumn,
  type Table,
  tableHandle,
} from 'regia'
import { beforeAll, describe, expect, it } from 'vitest'
import { flightStream } from '../demo/flight-stream.ts'
import { addHistory, locateInTime } from '../pipelines/prepare.ts'

const require = createRequire(import.meta.url)
/** The package exports only its code; its data stands beside. */
const dataFile = (name: string) => join(dirname(require.resolve('vega-datasets')), '../data', name)
const HOURS_3 = 3 * 3_600_000
const FIRST_DAYS = "date < TIMESTAMP '2001-01-09'"

let features: { readonly table: Table; readonly path: string }

/** The first eight days of the real flights, with their features as training gets them. */
beforeAll(async () => {
  const flights = await readTable(dataFile('flights-3m.parquet'), { where: FIRST_DAYS })
  const { located } = await locateInTime.run({ flights: tableHandle(flights), airports: await airports() })
  const result = await addHistory.run({ located })
  if (!('read' in result.flights)) throw new Error('unreachable: the step answers with a handle')
  features = { table: await result.flights.read(), path: result.flights.path }
})

/** Positions of the airports, from the CSV beside the flights. */
async function airports() {
  const lines = (await readFile(dataFile('airports.csv'), 'utf8')).trim().split('\n').slice(1)
  const cells = lines.map((line) => line.trim().split(','))
  return tableHandle(
    makeTable({
      iata: stringColumn(cells.map((row) => row[0]!)),
      longitude: floatColumn(cells.map((row) => Number(row.at(-1)))),
    }),
  )
}

describe('recentDelays', () => {
  it('is the mean delay of the flights that had landed in the three hours before, and of no other', () => {
    const { table } = features
    const number = (name: string) => getNumericColumn(table, name).values
    const [departedAt, landedAt, delay] = [number('departed_at'), number('landed_at'), number('delay')]
    const rng = createRng('flights')
    for (const [key, feature] of [
      ['origin', 'origin_mean_delay'],
      ['destination', 'destination_mean_delay'],
    ] as const) {
      const { codes } = getStringColumn(table, key)
      for (let trial = 0; trial < 60; trial++) {
        const row = rng.integer(table.rowCount)
        const at = departedAt[row]!
        const known = [...codes.keys()].filter(
          (i) => codes[i] === codes[row] && landedAt[i]! <= at && landedAt[i]! > at - HOURS_3,
        )
        const mean = known.reduce((sum, i) => sum + delay[i]!, 0) / known.length
        if (known.length === 0) expect(number(feature)[row]).toBeNaN()
        else expect(number(feature)[row]).toBeCloseTo(mean, 9)
      }
    }
  })

  it('knows nothing of the flight itself: its own delay never moves its own features', async () => {
    const { table } = features
    const row = Math.floor(table.rowCount / 2)
    const delays = Float64Array.from(getNumericColumn(table, 'delay').values)
    delays[row] = 1400
    const { flight, date, distance, origin, destination, late, departed_at, landed_at } = table.columns
    const changed = {
      rowCount: table.rowCount,
      columns: {
        flight: flight!,
        date: date!,
        delay: { type: 'int' as const, values: delays },
        distance: distance!,
        origin: origin!,
        destination: destination!,
        late: late!,
        departed_at: departed_at!,
        landed_at: landed_at!,
      },
    }
    const result = await addHistory.run({ located: tableHandle(changed) })
    if (!('read' in result.flights)) throw new Error('unreachable: the step answers with a handle')
    const after = await result.flights.read()
    for (const name of ['origin_mean_delay', 'destination_mean_delay']) {
      expect(getNumericColumn(after, name).values[row]).toBe(getNumericColumn(table, name).values[row])
    }
    // … but it does move those of flights that depart after it has landed.
    expect(getNumericColumn(after, 'origin_mean_delay').values).not.toEqual(
      getNumericColumn(table, 'origin_mean_delay').values,
    )
  })

  it('gives the client of the replay the same numbers, flight by flight', async () => {
    const check = { compared: 0, different: 0 }
    const from = Date.parse('2001-01-04T00:00:00Z')
    for await (const flight of flightStream(features.path, from, from + 3 * 86_400_000, check))
      expect(flight.departedAt).toBeGreaterThanOrEqual(from)
    expect(check.compared).toBeGreaterThan(40_000)
    expect(check.different).toBe(0)
  })
})
