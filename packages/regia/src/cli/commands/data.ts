import { command } from '../command.ts'

const name = { description: 'name of the dataset' } as const
const version = { type: 'integer', value: 'N', description: 'version of the dataset; the latest where absent' } as const
const limit = { type: 'integer', value: 'N', description: 'at most so many rows', default: 20 } as const

const add = command({
  name: 'data add',
  summary: 'take a CSV, Parquet or JSON file in as a new version of a dataset',
  details:
    'Rows that break the schema go to quarantine with their reason; the others become the version. The same file again makes no new version.',
  args: { file: { description: 'the file, inside the project' } },
  options: {
    name: { type: 'text', value: 'NAME', description: 'name of the dataset', required: true },
    schema: { type: 'text', value: 'FILE', description: 'JSON file with the schema that rows must meet' },
    description: { type: 'text', value: 'TEXT', description: 'what the dataset is' },
  },
  examples: [
    'regia data add penguins.csv --name penguins',
    'regia data add penguins.csv --name penguins --schema penguins.schema.json',
  ],
  load: async () => (await import('../actions/data.ts')).addData,
})

const list = command({
  name: 'data list',
  summary: 'list the datasets',
  examples: ['regia data list'],
  load: async () => (await import('../actions/data.ts')).listData,
})

const show = command({
  name: 'data show',
  summary: 'show a version of a dataset: columns and their profile',
  args: { name },
  options: { version },
  examples: ['regia data show penguins', 'regia data show penguins --version 1 --json'],
  load: async () => (await import('../actions/data.ts')).showData,
})

const rows = command({
  name: 'data rows',
  summary: 'print rows of a dataset',
  args: { name },
  options: { version, limit },
  examples: ['regia data rows penguins --limit 5'],
  load: async () => (await import('../actions/data.ts')).showRows,
})

const quarantine = command({
  name: 'data quarantine',
  summary: 'print the rows that a version kept out, each with its reason',
  args: { name },
  options: { version, limit },
  examples: ['regia data quarantine penguins'],
  load: async () => (await import('../actions/data.ts')).showQuarantine,
})

export const dataCommands = [add, list, show, rows, quarantine]
