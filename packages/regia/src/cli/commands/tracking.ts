import { command } from '../command.ts'

const track = command({
  name: 'track',
  summary: 'run any command as a tracked run',
  details:
    'Commit, uncommitted changes, lockfile, Node or Python, command line and seed are kept with the run, and how it ended. A script that calls `track` or `startRun` logs to this run, and so does a Python script that uses MLflow. Ends with the exit code of the command.',
  args: {
    command: {
      description: 'the program and its arguments; options of Regia stand before it',
      variadic: true,
      takesOptions: true,
    },
  },
  options: {
    experiment: { type: 'text', value: 'NAME', description: 'made where it is new; Default where absent' },
    name: { type: 'text', value: 'NAME', description: 'a made-up one where absent' },
    param: { type: 'list', value: 'NAME=VALUE', description: 'logged as a param; may be given several times' },
    tag: { type: 'list', value: 'KEY=VALUE', description: 'may be given several times' },
    parent: { type: 'text', value: 'RUN', description: 'the run that it is a part of' },
    seed: { type: 'text', value: 'SEED', description: 'told to the program as REGIA_SEED; a random one where absent' },
    systemMetrics: {
      type: 'text',
      value: 'DURATION',
      description: 'look at processor, memory, disk, network and GPU so often, such as 10s; never where absent',
    },
  },
  examples: [
    'regia track -- node train.ts --depth 3',
    'regia track --experiment churn --name forest --param depth=3 --seed 7 -- python train.py',
  ],
  load: async () => (await import('../actions/experiments/track.ts')).track,
})

const reproduce = command({
  name: 'reproduce',
  summary: 'make a run again and compare the outcome',
  details:
    'Of a tracked run: the commit of then in a work tree of its own, with the uncommitted changes of then, the same command and seed. Of a run of a pipeline: the same version, params and data versions, without the cache. Ends with 0 where the outcome is the same, else with 1.',
  args: { run: { description: 'id of a tracked run, or of a run of a pipeline (also PIPELINE#NUMBER)' } },
  options: {
    tolerance: {
      type: 'number',
      value: 'N',
      description: 'metrics may differ by so much, relative to those above 1',
      default: 0,
    },
    ignore: {
      type: 'list',
      value: 'PATTERN',
      description: 'leave artifacts, metrics or params like this out; * stands for anything',
    },
    install: {
      type: 'flag',
      description: 'install the packages of the lockfile instead of taking those that are here',
    },
    link: { type: 'list', value: 'PATH', description: 'a file or folder that git does not keep and the command needs' },
    keep: { type: 'flag', description: 'leave the work tree there' },
  },
  examples: [
    'regia reproduce 3b1f0c9a7d2e4f5a8b6c1d0e9f8a7b6c',
    'regia reproduce 3b1f0c9a7d2e4f5a8b6c1d0e9f8a7b6c --tolerance 1e-6 --link data --install',
    'regia reproduce penguins#3 --json',
  ],
  load: async () => (await import('../actions/experiments/reproduce.ts')).reproduce,
})

export const trackingCommands = [track, reproduce]
