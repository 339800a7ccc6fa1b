import { step, table } from 'regia'

export const clean = step({
  name: 'clean',
  in: { raw: table() },
  out: { rows: table() },
  run: async ({ raw }, { sql }) => ({
    rows: await sql('SELECT * FROM raw ORDER BY customer', { tables: { raw } }),
  }),
})
