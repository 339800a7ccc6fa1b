import { command } from '../command.ts'

const list = command({
  name: 'notifiers list',
  summary: 'list who is told of what, and what was told last',
  examples: ['regia notifiers list', 'regia notifiers list --json'],
  load: async () => (await import('../actions/notifiers.ts')).listNotifiers,
})

const test = command({
  name: 'notifiers test',
  summary: 'send a trial message now',
  details: 'Secrets are read where the server runs. Exit code 1 where it did not arrive.',
  args: { name: { description: 'name of the notifier' } },
  examples: ['regia notifiers test team', 'regia notifiers test team --json'],
  load: async () => (await import('../actions/notifiers.ts')).testNotifier,
})

const history = command({
  name: 'notifiers history',
  summary: 'list what was told to whom, newest first',
  options: {
    notifier: { type: 'text', value: 'NAME', description: 'only through this one' },
    limit: { type: 'integer', value: 'N', description: 'at most so many', default: 20 },
  },
  examples: ['regia notifiers history', 'regia notifiers history --notifier team --json'],
  load: async () => (await import('../actions/notifiers.ts')).listNotifications,
})

const remove = command({
  name: 'notifiers remove',
  summary: 'remove a notifier; what it told stays',
  details: 'One that the project still declares comes back with the next "regia apply".',
  args: { name: { description: 'name of the notifier' } },
  examples: ['regia notifiers remove team'],
  load: async () => (await import('../actions/notifiers.ts')).removeNotifier,
})

export const notifierCommands = [list, test, history, remove]
