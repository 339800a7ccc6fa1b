import { command } from '../command.ts'

const endpoint = { description: 'name of the endpoint' } as const
const reason = { type: 'text', value: 'TEXT', description: 'why, for the history' } as const

const release = command({
  name: 'endpoints release',
  summary: 'show what is being released on an endpoint, or was last: figures, rules, what it waits for',
  args: { name: endpoint },
  examples: ['regia endpoints release penguins', 'regia endpoints release penguins --json'],
  load: async () => (await import('../actions/releases.ts')).showRelease,
})

const releases = command({
  name: 'endpoints releases',
  summary: 'list the releases of an endpoint, newest first: shadows, canaries, experiments, bandits',
  args: { name: endpoint },
  options: {
    limit: { type: 'integer', value: 'N', description: 'at most so many', default: 50 },
    cursor: { type: 'text', value: 'CURSOR', description: 'continue where the page before ended' },
  },
  examples: ['regia endpoints releases penguins', 'regia endpoints releases penguins --json'],
  load: async () => (await import('../actions/releases.ts')).listReleases,
})

const promote = command({
  name: 'endpoints promote',
  summary: 'make the version that is being released, or the one in shadow, the one that answers',
  args: { name: endpoint },
  options: {
    version: { type: 'integer', value: 'N', description: 'which, of an experiment or bandit with several' },
    reason,
  },
  examples: ['regia endpoints promote penguins --reason "looked at it"'],
  load: async () => (await import('../actions/releases.ts')).promoteEndpoint,
})

const rollback = command({
  name: 'endpoints rollback',
  summary: 'take back what is being released, at once; without a release bring the last version back',
  args: { name: endpoint },
  options: { reason },
  examples: ['regia endpoints rollback penguins', 'regia endpoints rollback penguins --reason "too many complaints"'],
  load: async () => (await import('../actions/releases.ts')).rollbackEndpoint,
})

const pause = command({
  name: 'endpoints pause',
  summary: 'keep the shares of a release as they are; its rules still guard it',
  args: { name: endpoint },
  options: { reason },
  examples: ['regia endpoints pause penguins --reason "waiting for labels"'],
  load: async () => (await import('../actions/releases.ts')).pauseRelease,
})

const resume = command({
  name: 'endpoints resume',
  summary: 'go on with a paused release',
  args: { name: endpoint },
  options: { reason },
  examples: ['regia endpoints resume penguins'],
  load: async () => (await import('../actions/releases.ts')).resumeRelease,
})

const advance = command({
  name: 'endpoints advance',
  summary: 'take the next step of a canary without waiting; from the last one it is promoted',
  args: { name: endpoint },
  options: { reason },
  examples: ['regia endpoints advance penguins'],
  load: async () => (await import('../actions/releases.ts')).advanceRelease,
})

const stop = command({
  name: 'endpoints stop',
  summary: 'end a release; the stable version gets all requests',
  args: { name: endpoint },
  options: { reason },
  examples: ['regia endpoints stop penguins --reason "not this month"'],
  load: async () => (await import('../actions/releases.ts')).stopRelease,
})

const retry = command({
  name: 'endpoints retry',
  summary: 'try again what was refused, stopped or taken back last',
  args: { name: endpoint },
  examples: ['regia endpoints retry penguins'],
  load: async () => (await import('../actions/releases.ts')).retryRelease,
})

const remove = command({
  name: 'endpoints delete',
  summary: 'take an endpoint out of service for good; the log of its predictions stays',
  args: { name: endpoint },
  examples: ['regia endpoints delete penguins'],
  load: async () => (await import('../actions/releases.ts')).deleteEndpoint,
})

export const pushRewards = command({
  name: 'rewards push',
  summary: 'report what predictions earned, by prediction id',
  options: {
    file: {
      type: 'text',
      value: 'FILE',
      description: 'CSV or JSONL with prediction_id, reward and perhaps at',
      required: true,
    },
  },
  examples: ['regia rewards push --file rewards.csv'],
  load: async () => (await import('../actions/rewards.ts')).pushRewards,
})

export const releaseCommands = [release, releases, promote, rollback, pause, resume, advance, stop, retry, remove]
