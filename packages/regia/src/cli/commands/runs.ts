import { command } from '../command.ts'

const run = { description: 'id, PIPELINE#NUMBER or "latest"' } as const
const limit = { type: 'integer', value: 'N', description: 'at most so many', default: 20 } as const

const list = command({
  name: 'runs list',
  summary: 'list runs, newest first',
  options: {
    pipeline: { type: 'text', value: 'NAME', description: 'only of this pipeline' },
    status: { type: 'text', value: 'STATUS', description: 'only queued, running, succeeded, failed or cancelled ones' },
    limit,
  },
  examples: ['regia runs list', 'regia runs list --pipeline penguins --status failed'],
  load: async () => (await import('../actions/runs.ts')).listRuns,
})

const show = command({
  name: 'runs show',
  summary: 'show a run: its steps, parameters and metrics',
  args: { run },
  examples: ['regia runs show latest', 'regia runs show penguins#3 --json'],
  load: async () => (await import('../actions/runs.ts')).showRun,
})

const logs = command({
  name: 'runs logs',
  summary: 'print what the steps of a run wrote',
  args: { run },
  options: {
    step: { type: 'text', value: 'STEP', description: 'only of this step' },
    search: { type: 'text', value: 'TEXT', description: 'only lines that contain this' },
  },
  examples: ['regia runs logs latest', 'regia runs logs latest --step train'],
  load: async () => (await import('../actions/runs.ts')).showLogs,
})

const cancel = command({
  name: 'runs cancel',
  summary: 'cancel a run: waiting steps do not start, running ones are stopped',
  args: { run },
  examples: ['regia runs cancel latest'],
  load: async () => (await import('../actions/runs.ts')).cancelRun,
})

export const runCommands = [list, show, logs, cancel]
