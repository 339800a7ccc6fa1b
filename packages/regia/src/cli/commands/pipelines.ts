import { command } from '../command.ts'
import { selection } from './selection.ts'

const pipeline = { description: 'name of the pipeline' } as const

const run = command({
  name: 'run',
  summary: 'run a pipeline of this project and follow it',
  details:
    'Bundles the code, deploys it, runs what has changed and takes the rest from the cache. Ends with 0 when the run succeeded and 1 when it failed. Ctrl-C and SIGTERM cancel the run and wait for its steps; a second one ends the command at once. Without a terminal everything is a line: steps as they begin and end, and what they write, on stdout or stderr as they wrote it.',
  args: { pipeline },
  options: {
    ...selection,
    onFailure: {
      type: 'text',
      value: 'POLICY',
      description:
        'after a failure: "continue" with what does not depend on it, "stop" starting steps, or "cancel" those that run too',
    },
    detach: { type: 'flag', description: 'start it and come back; needs a running "regia up"' },
    noFollow: { type: 'flag', description: 'the same as --detach' },
    watch: { type: 'flag', description: 'run it again whenever a file of the project is saved' },
    junit: {
      type: 'text',
      value: 'FILE',
      description: 'write what the gates found as JUnit XML there, and end with 1 when one refused',
    },
    markdown: { type: 'text', value: 'FILE', description: 'the same in Markdown' },
  },
  examples: [
    'regia run penguins',
    'regia run penguins --param trees=200 --param seed=7',
    'regia run penguins --from train --refresh train',
    'regia run penguins --only split --watch',
    'regia run penguins --channel prod --detach',
    'regia run penguins --no-cache --json',
    'regia run penguins --junit checks.xml --markdown checks.md',
  ],
  load: async () => (await import('../actions/run.ts')).run,
})

const plan = command({
  name: 'plan',
  summary: 'say which steps would run and which are cached, without running any',
  details:
    '"run": it would run. "cached": its outputs are in the cache. "reused": it is not selected, and what it made last is taken. "depends": that shows when the steps before it have run. "skipped": its condition is false, or nobody asked for it.',
  args: { pipeline },
  options: selection,
  examples: ['regia plan penguins', 'regia plan penguins --param trees=200', 'regia plan penguins --to train --json'],
  load: async () => (await import('../actions/plan.ts')).plan,
})

const why = command({
  name: 'why',
  summary: 'explain why each step ran or was cached: what changed since the run before',
  args: { run: { description: 'RUN or RUN/STEP; RUN is an id, PIPELINE#NUMBER or "latest"' } },
  examples: ['regia why latest', 'regia why latest/train', 'regia why penguins#3/train --json'],
  load: async () => (await import('../actions/why.ts')).why,
})

const graph = command({
  name: 'graph',
  summary: 'draw a pipeline before it has run',
  details:
    'As a Mermaid flowchart: sub-pipelines are frames, conditions dashed, and gates, questions and what is written have shapes of their own.',
  args: { pipeline },
  options: {
    format: { type: 'text', value: 'FORMAT', description: 'mermaid, json or text', default: 'mermaid' },
    version: {
      type: 'integer',
      value: 'N',
      description: 'a version that was deployed before, instead of the files here',
    },
  },
  examples: [
    'regia graph penguins',
    'regia graph penguins --format text',
    'regia graph penguins --version 3 --format json',
  ],
  load: async () => (await import('../actions/graph.ts')).graph,
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
  args: { pipeline },
  examples: ['regia pipelines show penguins', 'regia pipelines show penguins --json'],
  load: async () => (await import('../actions/pipelines.ts')).showPipeline,
})

export const pipelineCommands = [run, plan, why, graph, list, show]
