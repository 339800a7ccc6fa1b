import { command, table } from 'regia'

/** A program that makes a table. */
export const load = command({
  name: 'load',
  out: { wines: table() },
  cmd: ['python3', 'programs/load.py', '{out.wines}'],
  files: ['programs/load.py'],
})
