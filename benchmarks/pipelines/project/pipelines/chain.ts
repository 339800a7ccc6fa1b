import { floatColumn, getNumericColumn, intColumn, makeTable, pipeline, step, table, withColumn } from 'regia'

const ROWS = 100
const STEPS = Number(process.env.BENCH_STEPS ?? 100)

/** A small table. */
export const first = step({
  name: 'first',
  in: {},
  out: { rows: table() },
  run: () => ({
    rows: makeTable({
      id: intColumn(Array.from({ length: ROWS }, (_, row) => row)),
      value: floatColumn(Array.from({ length: ROWS }, (_, row) => row)),
    }),
  }),
})

/** The same table with 1 more in each value. */
export const following = step({
  name: 'following',
  in: { rows: table() },
  out: { rows: table() },
  run: async ({ rows }) => {
    const before = await rows.read()
    const { values } = getNumericColumn(before, 'value')
    return { rows: withColumn(before, 'value', floatColumn(Array.from(values, (value) => value + 1))) }
  },
})

/** The chain that the peers run too: each step reads a small Parquet table and writes one. */
export default pipeline('chain', {}, () => {
  let rows = first({}).rows
  for (let i = 1; i < STEPS; i++) rows = following({ rows }).rows
})
