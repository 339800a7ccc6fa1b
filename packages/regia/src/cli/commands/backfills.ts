import { command } from '../command.ts'

const id = { description: 'id of the back-fill' } as const

const start = command({
  name: 'backfill start',
  summary: 'run a pipeline once for each day, week or month of a span, or for each of some values',
  details:
    'Follows until all have run; with a running "regia up" it can be left. Every run is of the same version. Exit code 1 when one failed.',
  args: { pipeline: { description: 'name of the pipeline' } },
  options: {
    from: { type: 'text', value: 'DATE', description: 'first day of the span' },
    until: { type: 'text', value: 'DATE', description: 'first day that is no longer in it' },
    every: { type: 'text', value: 'UNIT', description: 'day, week or month', default: 'day' },
    fromParam: { type: 'text', value: 'NAME', description: 'the parameter that gets the first day of each window' },
    untilParam: { type: 'text', value: 'NAME', description: 'the parameter that gets the first day after it' },
    over: {
      type: 'text',
      value: 'NAME=JSON',
      description: 'instead of a span: a parameter and the list of its values',
    },
    param: {
      type: 'list',
      value: 'NAME=VALUE',
      description: 'a parameter that all runs share; may be given several times',
    },
    concurrency: { type: 'integer', value: 'N', description: 'how many run at once', default: 1 },
    version: { type: 'integer', value: 'N', description: 'this version; the latest where absent' },
    channel: { type: 'text', value: 'NAME', description: 'the version that this channel points to' },
    noFollow: { type: 'flag', description: 'start it and come back; needs a running "regia up"' },
  },
  examples: [
    'regia backfill start delays --from 2001-01-01 --until 2001-04-01 --every month --from-param from --until-param until',
    `regia backfill start delays --over 'region=["north","south"]' --concurrency 2 --json`,
  ],
  load: async () => (await import('../actions/backfills.ts')).startBackfill,
})

const list = command({
  name: 'backfill list',
  summary: 'list back-fills, newest first',
  options: {
    pipeline: { type: 'text', value: 'NAME', description: 'only of this pipeline' },
    limit: { type: 'integer', value: 'N', description: 'at most so many', default: 20 },
  },
  examples: ['regia backfill list', 'regia backfill list --pipeline delays'],
  load: async () => (await import('../actions/backfills.ts')).listBackfills,
})

const show = command({
  name: 'backfill show',
  summary: 'show a back-fill: its windows or values and their runs',
  args: { id },
  options: {
    status: {
      type: 'text',
      value: 'STATUS',
      description: 'only waiting, running, succeeded, failed or cancelled ones',
    },
    limit: { type: 'integer', value: 'N', description: 'at most so many', default: 50 },
  },
  examples: ['regia backfill show bkf_01k…', 'regia backfill show bkf_01k… --status failed --json'],
  load: async () => (await import('../actions/backfills.ts')).showBackfill,
})

const restart = command({
  name: 'backfill restart',
  summary: 'run again what failed or was cancelled',
  args: { id },
  options: { noFollow: { type: 'flag', description: 'start it and come back; needs a running "regia up"' } },
  examples: ['regia backfill restart bkf_01k…'],
  load: async () => (await import('../actions/backfills.ts')).restartBackfill,
})

const cancel = command({
  name: 'backfill cancel',
  summary: 'cancel a back-fill: what waits does not start, what runs is cancelled',
  args: { id },
  examples: ['regia backfill cancel bkf_01k…'],
  load: async () => (await import('../actions/backfills.ts')).cancelBackfill,
})

export const backfillCommands = [start, list, show, restart, cancel]
