import { command } from '../command.ts'

const action = { description: 'name of the action; "regia demo status" lists them' } as const

const demo = command({
  name: 'demo',
  summary: "tell this project's story: the module named by `demo` in regia.config.ts",
  details: 'Starts the control room in a process of its own where none runs, and leaves it open until Ctrl-C.',
  options: {
    exit: { type: 'flag', description: 'end when the story has been told' },
    port: {
      type: 'integer',
      value: 'N',
      description: 'port of the control room; 4300, or a free one where that is taken',
    },
  },
  examples: ['regia demo', 'regia demo --exit --json'],
  load: async () => (await import('../actions/demo.ts')).demo,
})

const breakIt = command({
  name: 'demo break',
  summary: 'break something in the running demo and watch what happens',
  args: { action },
  examples: ['regia demo break nulls'],
  load: async () => (await import('../actions/demo-actions.ts')).breakDemo,
})

const mend = command({
  name: 'demo mend',
  summary: 'mend what was broken',
  args: { action },
  examples: ['regia demo mend nulls'],
  load: async () => (await import('../actions/demo-actions.ts')).mendDemo,
})

const status = command({
  name: 'demo status',
  summary: 'show how far the running demo is and what can be broken',
  examples: ['regia demo status'],
  load: async () => (await import('../actions/demo-actions.ts')).demoStatus,
})

export const demoCommands = [demo, breakIt, mend, status]
