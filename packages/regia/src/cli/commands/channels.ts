import { command } from '../command.ts'

const pipeline = { description: 'name of the pipeline' } as const
const reason = { type: 'text', value: 'TEXT', description: 'why, for the history' } as const
const channel = {
  type: 'text',
  value: 'NAME',
  description: 'the channel, such as prod or staging',
  default: 'prod',
} as const
const version = { description: 'a version number' } as const

const deploy = command({
  name: 'deploy',
  summary: 'keep the code of this project as a version of a pipeline and point a channel to it',
  details:
    'An unchanged pipeline keeps its version. Schedules and "regia run --channel" of the channel run the version from then on.',
  args: { pipeline },
  options: {
    channel,
    version: { type: 'integer', value: 'N', description: 'point to this version instead of deploying the code' },
    reason,
  },
  examples: [
    'regia deploy delays',
    'regia deploy delays --channel staging --reason "new features"',
    'regia deploy delays --version 4 --json',
  ],
  load: async () => (await import('../actions/channels.ts')).deploy,
})

const rollback = command({
  name: 'rollback',
  summary: 'point a channel back to the version before',
  details: 'Again goes one further back; a version that was rolled back from does not return by itself.',
  args: { pipeline },
  options: { channel, reason },
  examples: ['regia rollback delays', 'regia rollback delays --channel prod --reason "late again"'],
  load: async () => (await import('../actions/channels.ts')).rollback,
})

const versions = command({
  name: 'pipelines versions',
  summary: 'list the versions of a pipeline and the channels that point to them',
  args: { pipeline },
  options: { limit: { type: 'integer', value: 'N', description: 'at most so many', default: 20 } },
  examples: ['regia pipelines versions delays', 'regia pipelines versions delays --json'],
  load: async () => (await import('../actions/channels.ts')).listVersions,
})

const diff = command({
  name: 'pipelines diff',
  summary: 'say what is different between two versions: steps, code, inputs, settings, parameters',
  details: 'Without versions it compares the latest with the one before it.',
  args: {
    pipeline,
    before: { ...version, optional: true },
    after: { ...version, optional: true },
  },
  examples: ['regia pipelines diff delays', 'regia pipelines diff delays 3 5 --json'],
  load: async () => (await import('../actions/channels.ts')).diffVersions,
})

const channels = command({
  name: 'pipelines channels',
  summary: 'list the channels of a pipeline and how they moved',
  args: { pipeline },
  options: { limit: { type: 'integer', value: 'N', description: 'at most so many moves', default: 20 } },
  examples: ['regia pipelines channels delays', 'regia pipelines channels delays --json'],
  load: async () => (await import('../actions/channels.ts')).listChannels,
})

export const channelCommands = [deploy, rollback, versions, diff, channels]
