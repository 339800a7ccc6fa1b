import { command } from '../command.ts'

const name = { description: 'name of the schedule' } as const

const list = command({
  name: 'schedules list',
  summary: 'list what runs by itself: times, events, webhooks',
  options: { pipeline: { type: 'text', value: 'NAME', description: 'only of this pipeline' } },
  examples: ['regia schedules list', 'regia schedules list --pipeline delays --json'],
  load: async () => (await import('../actions/schedules.ts')).listSchedules,
})

const show = command({
  name: 'schedules show',
  summary: 'show a schedule: when it runs, with what, and what came of it',
  args: { name },
  options: { limit: { type: 'integer', value: 'N', description: 'at most so many firings', default: 10 } },
  examples: ['regia schedules show nightly', 'regia schedules show nightly --json'],
  load: async () => (await import('../actions/schedules.ts')).showSchedule,
})

const times = command({
  name: 'schedules times',
  summary: 'show the next times of a cron line, to see what it means',
  args: { cron: { description: 'five fields: minute, hour, day of month, month, day of week' } },
  options: {
    timezone: { type: 'text', value: 'ZONE', description: 'an IANA name', default: 'UTC' },
    count: { type: 'integer', value: 'N', description: 'how many', default: 5 },
  },
  examples: ['regia schedules times "30 6 * * 1-5" --timezone Europe/Berlin'],
  load: async () => (await import('../actions/schedules.ts')).previewTimes,
})

const pause = command({
  name: 'schedules pause',
  summary: 'let nothing run it; what comes in the meantime is not made up for',
  args: { name },
  examples: ['regia schedules pause nightly'],
  load: async () => (await import('../actions/schedules.ts')).pauseSchedule,
})

const resume = command({
  name: 'schedules resume',
  summary: 'let it run again, from now on',
  args: { name },
  examples: ['regia schedules resume nightly'],
  load: async () => (await import('../actions/schedules.ts')).resumeSchedule,
})

const fire = command({
  name: 'schedules fire',
  summary: 'run it now, paused or not',
  details: 'Exit code 1 where the run could not start.',
  args: { name },
  examples: ['regia schedules fire nightly', 'regia schedules fire nightly --json'],
  load: async () => (await import('../actions/schedules.ts')).fireSchedule,
})

const remove = command({
  name: 'schedules remove',
  summary: 'remove a schedule; its runs stay',
  details: 'One that the project still declares comes back with the next "regia apply".',
  args: { name },
  examples: ['regia schedules remove nightly'],
  load: async () => (await import('../actions/schedules.ts')).removeSchedule,
})

export const scheduleCommands = [list, show, times, pause, resume, fire, remove]
