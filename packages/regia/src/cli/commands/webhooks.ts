import { command } from '../command.ts'

const webhook = { description: 'id or name of the webhook' } as const
const events = { type: 'list', value: 'EVENT', description: 'tell of this; may be given several times' } as const

const list = command({
  name: 'webhooks list',
  summary: 'list who is told of changes of the registry, and what was told last',
  examples: ['regia webhooks list', 'regia webhooks list --json'],
  load: async () => (await import('../actions/webhooks.ts')).listWebhooks,
})

const create = command({
  name: 'webhooks create',
  summary: 'tell an address of new models, versions, tags and aliases',
  details:
    'Messages are signed with the secret that an environment variable of the server, or a file, holds. Addresses are public and https: unless the server was started with REGIA_ALLOW_PRIVATE_WEBHOOKS=true.',
  args: { name: { description: 'name of the webhook' }, url: { description: 'where to send' } },
  options: {
    event: events,
    secretEnv: {
      type: 'text',
      value: 'NAME',
      description: 'sign with the secret in this environment variable of the server',
    },
    secretFile: {
      type: 'text',
      value: 'PATH',
      description: 'sign with the secret in this file, which the server reads',
    },
    description: { type: 'text', value: 'TEXT', description: 'what it is for' },
    disabled: { type: 'flag', description: 'tell it nothing yet' },
  },
  examples: [
    'regia webhooks create ci https://ci.example.org/hook --event model_version.created --secret-env CI_SECRET',
    'regia webhooks create audit https://audit.example.org/hook',
  ],
  load: async () => (await import('../actions/webhooks.ts')).createWebhook,
})

const update = command({
  name: 'webhooks update',
  summary: 'change a webhook; what is not given stays',
  args: { webhook },
  options: {
    url: { type: 'text', value: 'URL', description: 'where to send' },
    event: { ...events, description: 'tell of this instead; may be given several times' },
    secretEnv: {
      type: 'text',
      value: 'NAME',
      description: 'sign with the secret in this environment variable of the server',
    },
    secretFile: {
      type: 'text',
      value: 'PATH',
      description: 'sign with the secret in this file, which the server reads',
    },
    description: { type: 'text', value: 'TEXT', description: 'what it is for' },
    enable: { type: 'flag', description: 'tell it again' },
    disable: { type: 'flag', description: 'tell it nothing' },
  },
  examples: ['regia webhooks update ci --disable', 'regia webhooks update ci --secret-env NEW_CI_SECRET'],
  load: async () => (await import('../actions/webhooks.ts')).updateWebhook,
})

const test = command({
  name: 'webhooks test',
  summary: 'send a trial message now',
  details: 'Exit code 1 where it did not arrive.',
  args: { webhook },
  options: {
    event: {
      type: 'text',
      value: 'EVENT',
      description: 'a message of this event; of the first it asked for where absent',
    },
  },
  examples: ['regia webhooks test ci', 'regia webhooks test ci --event model_version_tag.set --json'],
  load: async () => (await import('../actions/webhooks.ts')).testWebhook,
})

const deliveries = command({
  name: 'webhooks deliveries',
  summary: 'list what a webhook was told, newest first',
  args: { webhook },
  options: { limit: { type: 'integer', value: 'N', description: 'at most so many', default: 20 } },
  examples: ['regia webhooks deliveries ci', 'regia webhooks deliveries ci --limit 100 --json'],
  load: async () => (await import('../actions/webhooks.ts')).listDeliveries,
})

const remove = command({
  name: 'webhooks remove',
  summary: 'remove a webhook; what it was not told yet is given up',
  args: { webhook },
  examples: ['regia webhooks remove ci'],
  load: async () => (await import('../actions/webhooks.ts')).removeWebhook,
})

export const webhookCommands = [list, create, update, test, deliveries, remove]
