import { command } from '../command.ts'

const optimisation = { description: 'its id, such as opt_01h…' } as const

const list = command({
  name: 'optimisations list',
  summary: 'list optimisations of models, the newest first, and what came of them',
  options: {
    model: { type: 'text', value: 'MODEL', description: 'only those of this model' },
    status: {
      type: 'text',
      value: 'STATUS',
      description: 'only waiting, running, registered, refused, failed or cancelled ones',
    },
    limit: { type: 'integer', value: 'N', description: 'at most so many', default: 20 },
    cursor: { type: 'text', value: 'CURSOR', description: 'go on where the page before ended' },
  },
  examples: ['regia optimisations list', 'regia optimisations list --model churn --status registered --json'],
  load: async () => (await import('../actions/optimise/optimisations.ts')).listOptimisations,
})

const show = command({
  name: 'optimisations show',
  summary: 'show one optimisation: what was asked, how far it is, what was measured',
  args: { optimisation },
  examples: ['regia optimisations show opt_01h2xcejqtf2nbrexx3vqjhp41'],
  load: async () => (await import('../actions/optimise/optimisations.ts')).showOptimisation,
})

const cancel = command({
  name: 'optimisations cancel',
  summary: 'end an optimisation that waits or runs',
  args: { optimisation },
  examples: ['regia optimisations cancel opt_01h2xcejqtf2nbrexx3vqjhp41'],
  load: async () => (await import('../actions/optimise/optimisations.ts')).cancelOptimisation,
})

const remove = command({
  name: 'optimisations delete',
  summary: 'delete an optimisation that is over; the version that it made stays',
  args: { optimisation },
  examples: ['regia optimisations delete opt_01h2xcejqtf2nbrexx3vqjhp41'],
  load: async () => (await import('../actions/optimise/optimisations.ts')).deleteOptimisation,
})

export const optimisationCommands = [list, show, cancel, remove]
