import { command } from '../command.ts'
import { registryCommands } from './registry.ts'

const modelRef = { description: 'MODEL@ALIAS or MODEL@VERSION, such as penguins@champion' } as const

const cursor = { type: 'text', value: 'CURSOR', description: 'go on where the page before ended' } as const

const list = command({
  name: 'models list',
  summary: 'list the registered models and their aliases',
  options: {
    filter: { type: 'text', value: 'FILTER', description: 'only those that match, such as "tags.team = \'zoo\'"' },
    order: { type: 'list', value: 'FIELD', description: 'by this, such as "updated DESC"; may be given several times' },
    deleted: { type: 'flag', description: 'those that can be restored' },
    limit: { type: 'integer', value: 'N', description: 'at most so many', default: 1000 },
    cursor,
  },
  examples: ['regia models list', `regia models list --filter "name LIKE 'pen%'" --order "updated DESC"`],
  load: async () => (await import('../actions/models.ts')).listModels,
})

const versions = command({
  name: 'models versions',
  summary: 'list versions of any model that match a filter, the last changed first',
  options: {
    filter: { type: 'text', value: 'FILTER', description: "such as \"model = 'penguins' AND stage = 'Production'\"" },
    order: { type: 'list', value: 'FIELD', description: 'by this, such as "version DESC"; may be given several times' },
    limit: { type: 'integer', value: 'N', description: 'at most so many', default: 20 },
    cursor,
  },
  examples: [`regia models versions --filter "packaging = 'refused'"`],
  load: async () => (await import('../actions/models.ts')).listModelVersions,
})

const show = command({
  name: 'models show',
  summary: 'show a model with its versions, or one version: checks, metrics, lineage',
  args: { model: { description: 'MODEL, MODEL@ALIAS or MODEL@VERSION' } },
  examples: ['regia models show penguins', 'regia models show penguins@champion --json'],
  load: async () => (await import('../actions/models.ts')).showModel,
})

const promote = command({
  name: 'models promote',
  summary: 'move an alias to a version',
  details: 'Endpoints that name the alias load the version, test it and swap without dropping a request.',
  args: { model: modelRef },
  options: {
    alias: { type: 'text', value: 'ALIAS', description: 'the alias to move', default: 'champion' },
    reason: { type: 'text', value: 'TEXT', description: 'why, for the history' },
  },
  examples: [
    'regia models promote penguins@2',
    'regia models promote penguins@challenger --alias champion --reason "better in June"',
  ],
  load: async () => (await import('../actions/models.ts')).promoteModel,
})

const check = command({
  name: 'check',
  summary: 'run the checks of this project against a model version, like a test run',
  details: 'The test rows are those of the run that made the version. Exit code 1 when a check is red.',
  args: { model: modelRef },
  options: {
    junit: { type: 'text', value: 'FILE', description: 'also write a JUnit XML report there' },
    markdown: { type: 'text', value: 'FILE', description: 'also write a report in Markdown there' },
  },
  examples: ['regia check penguins@champion', 'regia check penguins@2 --junit checks.xml --json'],
  load: async () => (await import('../actions/check.ts')).check,
})

const score = command({
  name: 'score',
  summary: 'predict a whole file or dataset with a model version, in this process',
  details:
    'Rows are scored in parts on all cores, in their order; the file may be larger than memory. Parts that are done are kept beside the output until it is whole: stopped or killed, the same command goes on from there.',
  args: { model: modelRef },
  options: {
    in: {
      type: 'text',
      value: 'FILE',
      description: 'CSV, TSV, JSON lines or Parquet with the inputs; or DATASET, or DATASET@VERSION',
      required: true,
    },
    out: {
      type: 'text',
      value: 'FILE',
      description: 'where the rows go with their predictions: .parquet, .csv or .jsonl; with --detach also a dataset',
    },
    key: { type: 'text', value: 'COLUMN', description: 'what names a row; only it is kept, beside the scores' },
    columns: { type: 'text', value: 'A,B,…', description: 'keep these columns of the input, not all' },
    onBadRow: {
      type: 'text',
      value: 'WHAT',
      description: 'fail, or quarantine: put rows that cannot be scored aside, with the reason of each',
      default: 'fail',
    },
    resume: {
      type: 'flag',
      description: 'go on with what was begun, or fail; without it, what does not fit is begun anew',
    },
    threads: { type: 'integer', value: 'N', description: 'so many cores; default all' },
    detach: { type: 'flag', description: 'let the server do it and come back; needs a running "regia up"' },
  },
  examples: [
    'regia score penguins@champion --in unnamed.csv --out scored.parquet',
    'regia score penguins@2 --in penguins@3 --out scores.csv --key id --on-bad-row quarantine',
    'regia score penguins@champion --in penguins --out scores --key id --detach',
  ],
  load: async () => (await import('../actions/score.ts')).score,
})

export const modelCommands = [list, versions, show, promote, ...registryCommands, check, score]
