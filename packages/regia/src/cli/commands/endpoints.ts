import { command } from '../command.ts'
import { pushRewards, releaseCommands } from './releases.ts'

const endpoint = { description: 'name of the endpoint' } as const

const apply = command({
  name: 'apply',
  summary: 'bring endpoints, monitors, schedules and notifiers to what the files of this project say',
  options: { dryRun: { type: 'flag', description: 'only show what would change' } },
  examples: ['regia apply', 'regia apply --dry-run'],
  load: async () => (await import('../actions/apply.ts')).apply,
})

const create = command({
  name: 'endpoints create',
  summary: 'create an endpoint, or change it, without a file',
  args: { name: endpoint },
  options: {
    stable: { type: 'text', value: 'MODEL@ALIAS', description: 'what answers', required: true },
    shadow: { type: 'text', value: 'MODEL@ALIAS', description: 'what answers beside it, unseen, to be compared' },
    canary: { type: 'text', value: 'JSON|FILE', description: 'a canary: its policy as JSON, or a JSON file' },
    experiment: { type: 'text', value: 'JSON|FILE', description: 'an experiment: its policy as JSON, or a JSON file' },
    bandit: { type: 'text', value: 'JSON|FILE', description: 'a bandit: its policy as JSON, or a JSON file' },
    description: { type: 'text', value: 'TEXT', description: 'what it is for' },
  },
  examples: [
    'regia endpoints create penguins --stable penguins@champion',
    `regia endpoints create penguins --stable penguins@champion --canary '{"model": "penguins@challenger", "steps": [5, 25, 50], "every": "10m"}'`,
  ],
  load: async () => (await import('../actions/endpoints.ts')).createEndpoint,
})

const list = command({
  name: 'endpoints list',
  summary: 'list the endpoints and what they serve',
  examples: ['regia endpoints list'],
  load: async () => (await import('../actions/endpoints.ts')).listEndpoints,
})

const show = command({
  name: 'endpoints show',
  summary: 'show an endpoint: deployments, traffic, shadow, decisions',
  args: { name: endpoint },
  examples: ['regia endpoints show penguins', 'regia endpoints show penguins --json'],
  load: async () => (await import('../actions/endpoints.ts')).showEndpoint,
})

const reference = command({
  name: 'endpoints reference',
  summary: 'show what monitors compare an endpoint with, or take logged predictions for it',
  details:
    'A model that was trained here, or imported with 200 rows or more, brings a reference along. A composition, a model on another server and one with few example rows have none: --take makes one of the predictions of a span in which all was well, and counts what the version was asked so far anew. A monitor with reference: "window" takes its first window by itself.',
  args: { name: endpoint },
  options: {
    take: { type: 'flag', description: 'take predictions as the reference of the version that serves; 200 at least' },
    from: {
      type: 'text',
      value: 'TIME',
      description: 'only with event times from here on, such as 2026-02-01T00:00:00Z',
    },
    until: { type: 'text', value: 'TIME', description: 'only with event times before' },
  },
  examples: [
    'regia endpoints reference blend',
    'regia endpoints reference blend --take --from 2026-02-01T00:00:00Z --until 2026-02-08T00:00:00Z',
  ],
  load: async () => (await import('../actions/endpoint-reference.ts')).endpointReference,
})

const decisions = command({
  name: 'endpoints decisions',
  summary: 'list what was decided about an endpoint, by whom and why, newest first',
  args: { name: endpoint },
  options: {
    by: {
      type: 'text',
      value: 'WHO',
      description: 'only what a rule, regia (following an alias or a file) or a person decided',
    },
    kind: { type: 'list', value: 'KIND', description: 'only this kind, such as promoted; may be given several times' },
    limit: { type: 'integer', value: 'N', description: 'at most so many', default: 50 },
    cursor: { type: 'text', value: 'CURSOR', description: 'continue where the page before ended' },
  },
  examples: [
    'regia endpoints decisions penguins',
    'regia endpoints decisions penguins --by person',
    'regia endpoints decisions penguins --by rule --kind rolled-back --kind refused --json',
  ],
  load: async () => (await import('../actions/decisions.ts')).listDecisions,
})

const predict = command({
  name: 'predict',
  summary: 'ask an endpoint for predictions',
  args: { endpoint },
  options: {
    row: { type: 'list', value: 'JSON', description: 'a row as a JSON object; may be given several times' },
    file: { type: 'text', value: 'FILE', description: 'JSON (an array of rows) or JSONL file' },
    at: { type: 'text', value: 'TIME', description: 'when the event happened, ISO-8601 in UTC; now where absent' },
  },
  examples: [
    `regia predict penguins --row '{"bill_length_mm": 39.1, "bill_depth_mm": 18.7, "flipper_length_mm": 181, "body_mass_g": 3750, "island": "Torgersen", "sex": "male"}'`,
    'regia predict penguins --file rows.jsonl --json',
  ],
  load: async () => (await import('../actions/predict.ts')).predict,
})

const pushLabels = command({
  name: 'labels push',
  summary: 'report what really happened, by prediction id',
  options: {
    file: {
      type: 'text',
      value: 'FILE',
      description: 'CSV or JSONL with prediction_id, label and perhaps at',
      required: true,
    },
  },
  examples: ['regia labels push --file labels.csv'],
  load: async () => (await import('../actions/labels.ts')).pushLabels,
})

export const endpointCommands = [
  apply,
  create,
  list,
  show,
  reference,
  decisions,
  ...releaseCommands,
  predict,
  pushLabels,
  pushRewards,
]
