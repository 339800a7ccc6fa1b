import { shuffled, step, table, takeRows } from 'regia'

/** Puts every third wine aside, at random but the same ones each time. */
export const split = step({
  name: 'split',
  in: { wines: table() },
  out: { train: table(), test: table() },
  run: async ({ wines }, { rng }) => {
    const rows = await wines.read()
    const order = shuffled(
      Array.from({ length: rows.rowCount }, (_, row) => row),
      rng,
    )
    const testCount = Math.round(rows.rowCount / 3)
    return { train: takeRows(rows, order.slice(testCount)), test: takeRows(rows, order.slice(0, testCount)) }
  },
})
