import { step, table } from 'regia'

/** A quarter of the customers, by their number, is kept for the evaluation. */
export const preprocessor = step({
  name: 'preprocessor',
  in: { raw: table() },
  out: { train: table(), test: table() },
  run: async ({ raw }, { sql }) => {
    const part = (where: string) =>
      sql(`SELECT * EXCLUDE (customer) FROM raw WHERE ${where} ORDER BY customer`, { tables: { raw } })
    return { train: await part('customer % 4 > 0'), test: await part('customer % 4 = 0') }
  },
})
