import { command } from '../command.ts'

const experiment = { description: 'name or id of an experiment' } as const
const run = { description: 'id of a run' } as const
const page = {
  limit: { type: 'integer', value: 'N', description: 'at most so many', default: 20 },
  cursor: { type: 'text', value: 'CURSOR', description: 'go on where the page before ended' },
} as const

const list = command({
  name: 'experiments list',
  summary: 'list experiments, the one that changed last first',
  options: {
    search: { type: 'text', value: 'TEXT', description: 'only those with this in their name' },
    deleted: { type: 'flag', description: 'deleted ones' },
    ...page,
  },
  examples: ['regia experiments list', 'regia experiments list --search churn --json'],
  load: async () => (await import('../actions/experiments/experiments.ts')).listExperiments,
})

const show = command({
  name: 'experiments show',
  summary: 'show an experiment: its note, tags and what its runs logged',
  args: { experiment },
  examples: ['regia experiments show churn'],
  load: async () => (await import('../actions/experiments/experiments.ts')).showExperiment,
})

const create = command({
  name: 'experiments create',
  summary: 'make an experiment; a run that names a new one makes it, too',
  args: { name: { description: 'up to 500 characters' } },
  options: {
    note: { type: 'text', value: 'TEXT', description: 'Markdown' },
    tag: { type: 'list', value: 'KEY=VALUE', description: 'may be given several times' },
  },
  examples: ['regia experiments create churn --note "Who leaves within a month" --tag team=growth'],
  load: async () => (await import('../actions/experiments/experiments.ts')).createExperiment,
})

const rename = command({
  name: 'experiments rename',
  summary: 'give an experiment another name',
  args: { experiment, name: { description: 'the new name' } },
  examples: ['regia experiments rename churn churn-2026'],
  load: async () => (await import('../actions/experiments/experiments.ts')).renameExperiment,
})

const remove = command({
  name: 'experiments delete',
  summary: 'delete an experiment with its runs; it can be restored until it is purged',
  args: { experiment },
  examples: ['regia experiments delete churn-2025'],
  load: async () => (await import('../actions/experiments/experiments.ts')).deleteExperiment,
})

const restore = command({
  name: 'experiments restore',
  summary: 'bring a deleted experiment back, with the runs that went with it',
  args: { experiment },
  examples: ['regia experiments restore churn-2025'],
  load: async () => (await import('../actions/experiments/experiments.ts')).restoreExperiment,
})

const runs = command({
  name: 'experiments runs',
  summary: 'list the runs of an experiment: filtered, in any order, with the columns that you want',
  details:
    'Filters are those of MLflow: conditions on metrics, params, tags and attributes, joined by AND. Columns are written like the terms of an order.',
  args: { experiment: { ...experiment, optional: true } },
  options: {
    filter: { type: 'text', value: 'FILTER', description: `such as "metrics.auc > 0.8 and params.depth = '3'"` },
    orderBy: { type: 'list', value: 'TERM', description: 'such as "metrics.auc DESC"; may be given several times' },
    columns: {
      type: 'text',
      value: 'LIST',
      description: 'such as params.depth,metrics.auc,tags.stage; comma-separated',
    },
    children: { type: 'flag', description: 'runs inside of others as well' },
    deleted: { type: 'flag', description: 'deleted ones' },
    csv: { type: 'flag', description: 'every run that matches, as CSV' },
    ...page,
  },
  examples: [
    'regia experiments runs churn',
    `regia experiments runs churn --filter "metrics.auc > 0.8" --order-by "metrics.auc DESC" --columns params.depth,metrics.auc`,
    'regia experiments runs churn --csv',
  ],
  load: async () => (await import('../actions/experiments/list-runs.ts')).listTrackedRuns,
})

const showRun = command({
  name: 'experiments show-run',
  summary: 'show a tracked run: params, metrics, tags, data, artifacts',
  args: { run },
  examples: ['regia experiments show-run 3b1f0c9a7d2e4f5a8b6c1d0e9f8a7b6c'],
  load: async () => (await import('../actions/experiments/show-run.ts')).showTrackedRun,
})

const compare = command({
  name: 'experiments compare',
  summary: 'show where runs differ: params, metrics, tags',
  args: { runs: { description: 'ids of two or more runs', variadic: true } },
  options: { all: { type: 'flag', description: 'also what is the same' } },
  examples: [
    'regia experiments compare 3b1f0c9a7d2e4f5a 9d8c7b6a5f4e3d2c',
    'regia experiments compare --all 3b1f0c9a7d2e4f5a 9d8c7b6a5f4e3d2c',
  ],
  load: async () => (await import('../actions/experiments/compare-runs.ts')).compareRuns,
})

const metric = command({
  name: 'experiments metric',
  summary: 'print every point of a metric as CSV: step, time, value',
  args: { run, key: { description: 'the name of the metric' } },
  examples: ['regia experiments metric 3b1f0c9a7d2e4f5a8b6c1d0e9f8a7b6c loss'],
  load: async () => (await import('../actions/experiments/metric-history.ts')).metricHistory,
})

const files = command({
  name: 'experiments files',
  summary: 'list what a run kept, or bring it here',
  args: { run, path: { description: 'a folder or file among its artifacts', optional: true } },
  options: { output: { type: 'text', value: 'FOLDER', description: 'bring the files into this folder' } },
  examples: [
    'regia experiments files 3b1f0c9a7d2e4f5a8b6c1d0e9f8a7b6c',
    'regia experiments files 3b1f0c9a7d2e4f5a8b6c1d0e9f8a7b6c plots --output .',
  ],
  load: async () => (await import('../actions/experiments/run-files.ts')).runFiles,
})

const deleteRun = command({
  name: 'experiments delete-run',
  summary: 'delete a run; it can be restored until it is purged',
  args: { run },
  examples: ['regia experiments delete-run 3b1f0c9a7d2e4f5a8b6c1d0e9f8a7b6c'],
  load: async () => (await import('../actions/experiments/show-run.ts')).deleteTrackedRun,
})

const restoreRun = command({
  name: 'experiments restore-run',
  summary: 'bring a deleted run back',
  args: { run },
  examples: ['regia experiments restore-run 3b1f0c9a7d2e4f5a8b6c1d0e9f8a7b6c'],
  load: async () => (await import('../actions/experiments/show-run.ts')).restoreTrackedRun,
})

export const experimentCommands = [
  list,
  show,
  create,
  rename,
  remove,
  restore,
  runs,
  showRun,
  compare,
  metric,
  files,
  deleteRun,
  restoreRun,
]
