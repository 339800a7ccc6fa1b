import { command } from '../command.ts'

const param = {
  type: 'list',
  value: 'NAME=VALUE',
  description: 'a parameter of the pipeline; the value is JSON or text; may be given several times',
} as const

const run = command({
  name: 'run',
  summary: 'run a pipeline of this project and follow it',
  details: 'Bundles the code, deploys it, runs what has changed and takes the rest from the cache.',
  args: { pipeline: { description: 'name of the pipeline' } },
  options: {
    param,
    noCache: { type: 'flag', description: 'run every step, whatever is in the cache' },
    noFollow: { type: 'flag', description: 'start it and come back; needs a running "regia up"' },
  },
  examples: [
    'regia run penguins',
    'regia run penguins --param trees=200 --param seed=7',
    'regia run penguins --no-cache --json',
  ],
  load: async () => (await import('../actions/run.ts')).run,
})

const plan = command({
  name: 'plan',
  summary: 'say which steps would run and which are cached, without running any',
  args: { pipeline: { description: 'name of the pipeline' } },
  options: { param },
  examples: ['regia plan penguins', 'regia plan penguins --param trees=200'],
  load: async () => (await import('../actions/plan.ts')).plan,
})

const why = command({
  name: 'why',
  summary: 'explain why each step ran or was cached: what changed since the run before',
  args: { run: { description: 'RUN or RUN/STEP; RUN is an id, PIPELINE#NUMBER or "latest"' } },
  examples: ['regia why latest', 'regia why latest/train', 'regia why penguins#3/train --json'],
  load: async () => (await import('../actions/why.ts')).why,
})

const list = command({
  name: 'pipelines list',
  summary: 'list the deployed pipelines',
  examples: ['regia pipelines list'],
  load: async () => (await import('../actions/pipelines.ts')).listPipelines,
})

const show = command({
  name: 'pipelines show',
  summary: 'show a pipeline: its parameters and steps, in order',
  args: { pipeline: { description: 'name of the pipeline' } },
  examples: ['regia pipelines show penguins', 'regia pipelines show penguins --json'],
  load: async () => (await import('../actions/pipelines.ts')).showPipeline,
})

export const pipelineCommands = [run, plan, why, list, show]
