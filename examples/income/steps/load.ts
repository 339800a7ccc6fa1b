import { readTable, step, table, z } from 'regia'

/** The data loader: reads the two files. Never cached, since a file may change under its name; what follows goes by the content of the rows. */
export const load = step({
  name: 'load',
  in: { train: z.string(), test: z.string() },
  out: { train: table(), test: table() },
  cache: false,
  run: async ({ train, test }, ctx) => {
    const rows = { train: await readTable(train), test: await readTable(test) }
    ctx.log(`${rows.train.rowCount} rows to learn from, ${rows.test.rowCount} to test on`)
    return rows
  },
})
