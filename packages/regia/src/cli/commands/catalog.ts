import { command } from '../command.ts'

const pipeline = { description: 'name of the pipeline' } as const
const version = {
  type: 'integer',
  value: 'N',
  description: 'a deployed version; what the project says now where absent',
} as const

const list = command({
  name: 'catalog list',
  summary: 'list what a pipeline reads from and saves to outside of itself, and what is there now',
  details: 'Shows the catalog as it is in the environment that --env names, without running anything.',
  args: { pipeline },
  options: { version },
  examples: ['regia catalog list delays', 'regia catalog list delays --env prod --json'],
  load: async () => (await import('../actions/catalog.ts')).listCatalog,
})

const show = command({
  name: 'catalog show',
  summary: 'show the beginning of what an entry holds: rows, text or a value',
  args: { pipeline, entry: { description: 'name in the catalog' } },
  options: { version, limit: { type: 'integer', value: 'N', description: 'at most so many rows', default: 20 } },
  examples: ['regia catalog show delays rows --limit 5', 'regia catalog show delays settings --env prod'],
  load: async () => (await import('../actions/catalog.ts')).showEntry,
})

export const catalogCommands = [list, show]
