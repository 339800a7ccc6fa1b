import { command } from '../command.ts'

const job = { description: 'the id of the job, such as scj_01h…' } as const

const list = command({
  name: 'scoring-jobs list',
  summary: 'list scoring jobs, the newest first, and how far they are',
  options: {
    status: { type: 'text', value: 'STATUS', description: 'only queued, running, succeeded, failed or cancelled ones' },
    limit: { type: 'integer', value: 'N', description: 'at most so many', default: 20 },
    cursor: { type: 'text', value: 'CURSOR', description: 'go on where the page before ended' },
  },
  examples: ['regia scoring-jobs list', 'regia scoring-jobs list --status running --json'],
  load: async () => (await import('../actions/scoring-jobs.ts')).listScoringJobs,
})

const show = command({
  name: 'scoring-jobs show',
  summary: 'show one scoring job: model, input, how far it is, what came of it',
  args: { job },
  examples: ['regia scoring-jobs show scj_01h2xcejqtf2nbrexx3vqjhp41'],
  load: async () => (await import('../actions/scoring-jobs.ts')).showScoringJob,
})

const cancel = command({
  name: 'scoring-jobs cancel',
  summary: 'end a scoring job that waits or runs',
  args: { job },
  examples: ['regia scoring-jobs cancel scj_01h2xcejqtf2nbrexx3vqjhp41'],
  load: async () => (await import('../actions/scoring-jobs.ts')).cancelScoringJob,
})

const fetch = command({
  name: 'scoring-jobs fetch',
  summary: 'write the result of a scoring job to a file',
  args: { job },
  options: {
    out: {
      type: 'text',
      value: 'FILE',
      description: 'where it goes; in the format that the job was told',
      required: true,
    },
    quarantine: { type: 'flag', description: 'the rows that could not be scored, with the reason of each' },
  },
  examples: ['regia scoring-jobs fetch scj_01h2xcejqtf2nbrexx3vqjhp41 --out scored.parquet'],
  load: async () => (await import('../actions/scoring-jobs.ts')).fetchScoringJob,
})

const remove = command({
  name: 'scoring-jobs delete',
  summary: 'delete a scoring job that is over, with its result',
  details:
    'One that waits or runs is cancelled first. One that made a version of a dataset stays as long as that version. The files go with the next "regia gc --apply", which also takes jobs that ended long ago.',
  args: { job },
  examples: ['regia scoring-jobs delete scj_01h2xcejqtf2nbrexx3vqjhp41'],
  load: async () => (await import('../actions/scoring-jobs.ts')).deleteScoringJob,
})

export const scoringJobCommands = [list, show, cancel, fetch, remove]
