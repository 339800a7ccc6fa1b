import { command } from '../command.ts'

const run = { description: 'id, PIPELINE#NUMBER or "latest"' } as const
const limit = { type: 'integer', value: 'N', description: 'at most so many', default: 20 } as const

const list = command({
  name: 'runs list',
  summary: 'list runs, newest first',
  options: {
    pipeline: { type: 'text', value: 'NAME', description: 'only of this pipeline' },
    status: {
      type: 'text',
      value: 'STATUS',
      description: 'only queued, running, paused, succeeded, failed or cancelled ones',
    },
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

const logOptions = {
  follow: {
    type: 'flag',
    short: 'f',
    description: 'go on until the run is over; ends with 0 when it succeeded, else 1',
  },
  attempt: { type: 'integer', value: 'N', description: 'only of this attempt' },
  item: { type: 'integer', value: 'N', description: 'of a mapped step, only of this element' },
  search: { type: 'text', value: 'TEXT', description: 'only lines that contain this' },
} as const

const logs = command({
  name: 'logs',
  summary: 'print what the steps of a run wrote',
  args: { run, step: { description: 'only of this step', optional: true } },
  options: logOptions,
  examples: [
    'regia logs latest',
    'regia logs latest train -f',
    'regia logs penguins#3 train --attempt 2 --search error',
  ],
  load: async () => (await import('../actions/logs.ts')).logs,
})

const runLogs = command({
  name: 'runs logs',
  summary: 'print what the steps of a run wrote; "regia logs" does the same',
  args: { run },
  options: { step: { type: 'text', value: 'STEP', description: 'only of this step' }, ...logOptions },
  examples: ['regia runs logs latest', 'regia runs logs latest --step train'],
  load: async () => (await import('../actions/logs.ts')).logs,
})

const cancelling = {
  details: 'Steps that run are told to stop, and ended when they do not.',
  args: { run },
  load: async () => (await import('../actions/run-actions.ts')).cancel,
} as const

const cancel = command({
  name: 'cancel',
  summary: 'cancel a run: waiting steps do not start, running ones are stopped',
  ...cancelling,
  examples: ['regia cancel latest'],
})

const runCancel = command({
  name: 'runs cancel',
  summary: 'cancel a run; "regia cancel" does the same',
  ...cancelling,
  examples: ['regia runs cancel latest'],
})

const recover = command({
  name: 'recover',
  summary: 'run again what a run did not finish',
  details: 'A new run of the same version and parameters that takes over every step that has finished.',
  args: { run },
  options: {
    refresh: {
      type: 'list',
      value: 'STEP',
      description: 'run this step although it has finished; may be given several times',
    },
    detach: { type: 'flag', description: 'start it and come back; needs a running "regia up"' },
  },
  examples: ['regia recover latest', 'regia recover penguins#3 --refresh load'],
  load: async () => (await import('../actions/run-actions.ts')).recover,
})

const approve = command({
  name: 'approve',
  summary: 'answer what a run asks a person',
  args: { run, step: { description: 'the step that asks; needed where several do', optional: true } },
  options: {
    reject: { type: 'flag', description: 'answer no' },
    comment: { type: 'text', value: 'TEXT', description: 'why, for the history' },
  },
  examples: ['regia approve latest', 'regia approve penguins#3 release --reject --comment "recall fell"'],
  load: async () => (await import('../actions/run-actions.ts')).approve,
})

const approvals = command({
  name: 'approvals',
  summary: 'list what waits for a decision',
  examples: ['regia approvals'],
  load: async () => (await import('../actions/run-actions.ts')).approvals,
})

export const runCommands = [logs, recover, cancel, approve, approvals, list, show, runLogs, runCancel]
