import { command } from '../command.ts'

const model = { description: 'the name of a registered model' } as const
const target = { description: 'MODEL, or MODEL@VERSION' } as const
const modelRef = { description: 'MODEL@ALIAS or MODEL@VERSION, such as penguins@champion' } as const
const description = { type: 'text', value: 'TEXT', description: 'what it is for, in Markdown' } as const
const tag = { type: 'list', value: 'KEY=VALUE', description: 'a tag; may be given several times' } as const
const by = { type: 'text', value: 'NAME', description: 'who does it, where it is not you' } as const

const create = command({
  name: 'models create',
  summary: 'register a model without versions',
  args: { model },
  options: { description, tag },
  examples: ['regia models create penguins --description "tells penguins apart" --tag team=zoo'],
  load: async () => (await import('../actions/registry.ts')).createModel,
})

const register = command({
  name: 'models register',
  summary: 'make a version of files that a client of MLflow logged',
  details:
    'The model is made where it is not there. An ONNX model is packaged, so that an endpoint can serve it as it is.',
  args: { model },
  options: {
    source: {
      type: 'text',
      value: 'ADDRESS',
      description: 'models:/m-…, runs:/RUN/PATH, mlflow-artifacts:/… or models:/NAME/VERSION',
    },
    run: { type: 'text', value: 'RUN', description: 'the tracked run that logged it; with --path' },
    path: { type: 'text', value: 'PATH', description: 'name or folder of the model in the run' },
    description,
    tag,
  },
  examples: [
    'regia models register penguins --run 0a1b2c3d --path model',
    'regia models register penguins --source models:/other@champion',
  ],
  load: async () => (await import('../actions/registry.ts')).registerVersion,
})

const packageAgain = command({
  name: 'models repackage',
  summary: 'try again to package a version that was refused',
  args: { model: modelRef },
  examples: ['regia models repackage penguins@2'],
  load: async () => (await import('../actions/registry.ts')).packageVersion,
})

const update = command({
  name: 'models update',
  summary: 'change description, tags, stage or protected aliases',
  args: { model: target },
  options: {
    description,
    tag,
    untag: { type: 'list', value: 'KEY', description: 'a tag to take away; may be given several times' },
    stage: { type: 'text', value: 'STAGE', description: 'of a version: None, Staging, Production or Archived' },
    archiveExisting: { type: 'flag', description: 'with --stage: versions that stand there become Archived' },
    protect: { type: 'list', value: 'ALIAS', description: 'of a model: an alias that moves only with approval' },
    unprotect: { type: 'list', value: 'ALIAS', description: 'of a model: an alias that anybody may move again' },
  },
  examples: [
    'regia models update penguins --tag team=zoo --protect champion',
    'regia models update penguins@2 --stage Production --archive-existing',
  ],
  load: async () => (await import('../actions/registry.ts')).updateModel,
})

const rename = command({
  name: 'models rename',
  summary: 'give a model another name; versions, aliases and history go along',
  args: { model, name: { description: 'the new name' } },
  examples: ['regia models rename penguins birds'],
  load: async () => (await import('../actions/registry.ts')).renameModel,
})

const remove = command({
  name: 'models delete',
  summary: 'delete a model or a version; it can be restored until it is purged',
  args: { model: target },
  examples: ['regia models delete penguins', 'regia models delete penguins@2'],
  load: async () => (await import('../actions/registry.ts')).deleteModel,
})

const restore = command({
  name: 'models restore',
  summary: 'bring back a deleted model or version',
  args: { model: target },
  examples: ['regia models restore penguins', 'regia models restore penguins@2'],
  load: async () => (await import('../actions/registry.ts')).restoreModel,
})

const unalias = command({
  name: 'models unalias',
  summary: 'take an alias away',
  args: { alias: { description: 'MODEL@ALIAS' } },
  examples: ['regia models unalias penguins@challenger'],
  load: async () => (await import('../actions/registry.ts')).deleteAlias,
})

const request = command({
  name: 'models request',
  summary: 'ask for a move of a protected alias',
  args: { model: modelRef },
  options: {
    alias: { type: 'text', value: 'ALIAS', description: 'the alias to move', default: 'champion' },
    reason: { type: 'text', value: 'TEXT', description: 'why' },
    by,
  },
  examples: ['regia models request penguins@2 --reason "better in June"'],
  load: async () => (await import('../actions/alias-requests.ts')).requestAlias,
})

const requests = command({
  name: 'models requests',
  summary: 'list requests to move protected aliases, what waits first',
  options: {
    model: { type: 'text', value: 'MODEL', description: 'only of this model' },
    status: { type: 'text', value: 'STATUS', description: 'only pending, approved, rejected or withdrawn ones' },
    limit: { type: 'integer', value: 'N', description: 'at most so many', default: 20 },
    cursor: { type: 'text', value: 'CURSOR', description: 'go on where the page before ended' },
  },
  examples: ['regia models requests --status pending'],
  load: async () => (await import('../actions/alias-requests.ts')).listRequests,
})

const requestArg = { request: { description: 'the number of the request' } } as const
const decision = { comment: { type: 'text', value: 'TEXT', description: 'what you say to it' }, by } as const

const approve = command({
  name: 'models approve',
  summary: 'approve a request, which moves the alias; who asked cannot',
  args: requestArg,
  options: decision,
  examples: ['regia models approve 3 --comment "looked at the slices"'],
  load: async () => (await import('../actions/alias-requests.ts')).approveRequest,
})

const reject = command({
  name: 'models reject',
  summary: 'reject a request',
  args: requestArg,
  options: decision,
  examples: ['regia models reject 3 --comment "worse on weekends"'],
  load: async () => (await import('../actions/alias-requests.ts')).rejectRequest,
})

const withdraw = command({
  name: 'models withdraw',
  summary: 'withdraw a request',
  args: requestArg,
  options: decision,
  examples: ['regia models withdraw 3'],
  load: async () => (await import('../actions/alias-requests.ts')).withdrawRequest,
})

const card = command({
  name: 'models card',
  summary: 'print the card of a version as Markdown: purpose, costs of errors, data, metrics, checks, limits',
  args: { model: modelRef },
  examples: ['regia models card penguins@champion', 'regia models card penguins@2 --json'],
  load: async () => (await import('../actions/model-card.ts')).showCard,
})

const text = (about: string) => ({ type: 'text', value: 'TEXT', description: about }) as const

const writeCard = command({
  name: 'models write-card',
  summary: 'write on the card of a model or a version; what is not named stays',
  details: 'What is written of the model stands on the card of every version without words of its own.',
  args: { model: target },
  options: {
    purpose: text('what it is for'),
    objective: text('the business objective that it serves, and how it is measured'),
    owner: text('who answers for it'),
    errorCost: {
      type: 'list',
      value: 'ERROR=COST',
      description: 'what one kind of error costs; may be given several times',
    },
    data: text('what it was trained on'),
    checks: text('how it is checked'),
    limits: text('what it must not be used for'),
    licence: text('under which licence it may be used'),
    dataLicence: text('the licences of the data that it was trained on'),
    by,
  },
  examples: ['regia models write-card penguins --purpose "tells penguins apart" --owner zoo'],
  load: async () => (await import('../actions/model-card.ts')).writeCard,
})

const compare = command({
  name: 'models compare',
  summary: 'two versions side by side: metrics, checks, params, data, code, signature, size',
  args: { model, before: { description: 'a version or alias' }, after: { description: 'a version or alias' } },
  examples: ['regia models compare penguins champion challenger', 'regia models compare penguins 1 2 --json'],
  load: async () => (await import('../actions/compare-versions.ts')).compareModelVersions,
})

export const registryCommands = [
  create,
  register,
  packageAgain,
  update,
  rename,
  remove,
  restore,
  unalias,
  compare,
  card,
  writeCard,
  request,
  requests,
  approve,
  reject,
  withdraw,
]
