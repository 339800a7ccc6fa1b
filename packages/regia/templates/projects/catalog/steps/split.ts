import { step, table } from 'regia'

/** Every fourth customer is kept for the evaluation. */
export const split = step({
  name: 'split',
  in: { rows: table() },
  out: { train: table(), test: table() },
  run: async ({ rows }, { sql }) => {
    const part = (where: string) =>
      sql(`SELECT * EXCLUDE (customer) FROM rows WHERE ${where} ORDER BY customer`, { tables: { rows } })
    return { train: await part('customer % 4 > 0'), test: await part('customer % 4 = 0') }
  },
})
