import { readTable, step, table, withoutColumns, z } from 'regia'

/** Reads the file. Never cached, since a file may change under its name; what follows goes by the content of the rows. */
export const load = step({
  name: 'load',
  in: { file: z.string() },
  out: { customers: table() },
  cache: false,
  run: async ({ file }) => ({ customers: withoutColumns(await readTable(file), ['customer']) }),
})
