import { pointInTimeSql, step, table, z } from 'regia'
import { flightSchema, LATE_AFTER_MINUTES } from '../data/flight.ts'
import { recentDelays } from '../features/recent-delays.ts'

/** Dates as texts: days of the origin's local time. */
const day = z.iso.date()

/**
 * When each flight took off and is estimated to have landed, in UTC: the local time less the sun's time at the origin's longitude (4 minutes a degree),
 * and 40 minutes plus a mile for every 1/7.7 of a minute in the air. Landing is when the delay becomes known.
 */
export const locateInTime = step({
  name: 'locate-in-time',
  in: { flights: table(flightSchema), airports: table() },
  out: { located: table() },
  resources: { memoryMb: 1500 },
  run: async ({ flights, airports }, ctx) => ({
    located: await ctx.sql(
      `SELECT row_number() OVER (ORDER BY f.date, f.origin, f.destination, f.distance, f.delay) AS flight,
              f.*, f.delay > ${LATE_AFTER_MINUTES} AS late,
              f.date - to_microseconds(CAST(a.longitude * 240e6 AS BIGINT)) AS departed_at,
              f.date - to_microseconds(CAST(a.longitude * 240e6 AS BIGINT)) + to_microseconds(CAST((40 + f.distance / 7.7) * 60e6 AS BIGINT)) AS landed_at
       FROM flights f JOIN airports a ON a.iata = f.origin
       ORDER BY departed_at, flight`,
      { tables: { flights, airports } },
    ),
  }),
})

/** The history features of every flight, as they could have been known at its departure. */
export const addHistory = step({
  name: 'add-history',
  in: { located: table() },
  out: { flights: table() },
  resources: { memoryMb: 1500 },
  run: async ({ located }, ctx) => ({
    flights: await ctx.sql(pointInTimeSql(recentDelays, { facts: 'located', queries: 'located', at: 'departed_at' }), {
      tables: { located },
    }),
  }),
})

const MODEL_COLUMNS = 'flight, date, distance, origin, destination, origin_mean_delay, destination_mean_delay, late'

/**
 * Training days, a random twentieth of them for choosing the setting, another one kept out altogether (the control of the monitor), and the days after for the test.
 * Which twentieth a flight belongs to depends on its number and the seed alone.
 */
export const split = step({
  name: 'split',
  in: { flights: table(), trainFrom: day, trainUntil: day, testUntil: day },
  out: { train: table(), validation: table(), control: table(), test: table() },
  resources: { memoryMb: 1000 },
  run: async ({ flights, trainFrom, trainUntil, testUntil }, ctx) => {
    const select = (from: string, until: string, twentieths: string) =>
      ctx.sql(
        `SELECT ${MODEL_COLUMNS} FROM flights
         WHERE date >= TIMESTAMP '${from}' AND date < TIMESTAMP '${until}' + INTERVAL 1 DAY AND hash(flight, 2001) % 20 ${twentieths} ORDER BY flight`,
        { tables: { flights } },
      )
    return {
      train: await select(trainFrom, trainUntil, '>= 2'),
      validation: await select(trainFrom, trainUntil, '= 1'),
      control: await select(trainFrom, trainUntil, '= 0'),
      test: await ctx.sql(
        `SELECT ${MODEL_COLUMNS} FROM flights
         WHERE date >= TIMESTAMP '${trainUntil}' + INTERVAL 1 DAY AND date < TIMESTAMP '${testUntil}' + INTERVAL 1 DAY ORDER BY flight`,
        { tables: { flights } },
      ),
    }
  },
})
