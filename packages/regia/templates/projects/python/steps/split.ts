import { shuffled, step, table, takeRows, z } from 'regia'

/** Puts a share of the rows aside for the test, at random but the same ones each time. */
export const split = step({
  name: 'split',
  in: { rows: table(), share: z.number().gt(0).lt(1).default(0.25) },
  out: { train: table(), test: table() },
  run: async ({ rows, share }, { rng }) => {
    const all = await rows.read()
    const places = Array.from({ length: all.rowCount }, (_, row) => row)
    const order = shuffled(places, rng)
    const testCount = Math.max(1, Math.round(all.rowCount * share))
    return { train: takeRows(all, order.slice(testCount)), test: takeRows(all, order.slice(0, testCount)) }
  },
})
