import { step, table } from 'regia'
import { CATEGORIES, CENSUS, NUMBERS, TARGET } from './census.ts'

const NUMERIC = NUMBERS.map((name) => `CAST(${name} AS DOUBLE) AS ${name}`)
const TRIMMED = CATEGORIES.map((name) => `nullif(trim(${name}), '?') AS ${name}`)

/** The pre-processor: one spelling of everything, "?" as missing, each person once among the rows to learn from. */
export const prepare = step({
  name: 'prepare',
  in: { train: table(), test: table() },
  out: { train: table(CENSUS), test: table(CENSUS) },
  run: async ({ train, test }, { sql }) => {
    // The test file of the UCI ends its labels with a full stop.
    const clean = (rows: string) =>
      `SELECT ${[...NUMERIC, ...TRIMMED].join(', ')}, rtrim(trim(${TARGET}), '.') AS ${TARGET} FROM ${rows}`
    return {
      train: await sql(`SELECT DISTINCT * FROM (${clean('rows')}) ORDER BY ALL`, { tables: { rows: train } }),
      test: await sql(clean('rows'), { tables: { rows: test } }),
    }
  },
})
