import type { PipelineGraph } from '@regia/core'
import { generatedGraph } from '../src/graph/generated-graph.ts'
import { digest, LONG_NAME } from './random.ts'

const table = { kind: 'table' }
const step = (name: string, inputs: object, outputs: object, more: object = {}) => ({
  id: name,
  name,
  kind: 'code',
  inputs,
  inputTypes: Object.fromEntries(Object.keys(inputs).map((port) => [port, table])),
  outputs,
  codeDigest: digest(name),
  cache: true,
  retries: 0,
  timeoutMs: 3_600_000,
  cpu: 1,
  memoryMb: 512,
  definedAt: `pipelines/delays.ts:${name.length * 7}`,
  ...more,
})
const from = (name: string, output: string) => ({ from: 'step', step: name, output })
const param = (name: string) => ({ from: 'param', name })

export const graph = (name: string) => ({
  name,
  description: 'Will a flight arrive more than 15 minutes late, known at departure?',
  params: {
    trainUntil: {
      schema: { type: 'string', format: 'date', description: 'Last day of the training span' },
      default: '2001-03-20',
    },
    trees: { schema: { type: 'array', items: { type: 'integer' } }, default: [120, 200] },
    learningRate: { schema: { type: 'number' }, default: 0.1 },
    sample: { schema: { type: 'boolean' }, default: false },
    mode: { schema: { enum: ['full', 'quick'] }, default: 'full' },
  },
  lockfileDigest: digest('lock'),
  steps: [
    step(
      'split',
      { flights: { from: 'dataset', name: 'flights' }, until: param('trainUntil') },
      { train: table, test: table },
    ),
    step('features', { rows: from('split', 'train') }, { rows: table }, { group: 'prepare', tags: ['data'] }),
    step('features-2', { rows: from('split', 'test') }, { rows: table }, { group: 'prepare', tags: ['data'] }),
    step(
      'train',
      { rows: from('features', 'rows'), trees: param('trees') },
      { model: { kind: 'model' } },
      {
        cpu: 2,
        retries: 2,
        tags: ['training'],
        map: { input: 'trees', by: { kind: 'items' }, concurrency: 4, minimumSuccess: 0.9 },
        description: 'Grows one ensemble for each number of trees.',
        codeFiles: { 'pipelines/delays.ts': digest('delays.ts'), 'src/grow.ts': digest('grow.ts') },
      },
    ),
    step(
      'train-2',
      { rows: from('features', 'rows'), trees: param('trees') },
      { model: { kind: 'model' } },
      {
        cpu: 2,
        kind: 'command',
        tags: ['training'],
        command: { argv: ['python', 'train.py', '{in.rows}', '{out.model}'] },
      },
    ),
    step(
      'baselines',
      { rows: from('features-2', 'rows') },
      {
        report: { kind: 'file', mediaType: 'text/markdown' },
        page: { kind: 'file', mediaType: 'text/html' },
        figure: { kind: 'file', mediaType: 'image/svg+xml' },
        plots: { kind: 'folder' },
        executed: { kind: 'file', mediaType: 'application/x-ipynb+json' },
      },
      { kind: 'notebook', tags: ['report'], command: { argv: ['papermill'], notebook: 'baselines.ipynb' } },
    ),
    step(
      'pick-best',
      {
        models: { from: 'list', items: [from('train', 'model'), from('train-2', 'model')] },
        test: from('features-2', 'rows'),
      },
      { model: { kind: 'model' }, report: { kind: 'report' } },
    ),
    step(
      'delay-checks',
      {
        model: from('pick-best', 'model'),
        test: from('features-2', 'rows'),
        previous: { from: 'model', name: 'delays', alias: 'champion', optional: true },
      },
      { report: { kind: 'report' }, passed: { kind: 'value', schema: { type: 'boolean' } } },
      { kind: 'gate', checks: [{ kind: 'auc', name: 'auc beats baseline', settings: {} }] },
    ),
    step(
      'release',
      { report: from('delay-checks', 'report') },
      { approved: { kind: 'value', schema: { type: 'boolean' } } },
      { kind: 'approve', approval: { question: 'Release this model to all airports?', approvers: ['anna', 'omar'] } },
    ),
    step(
      'keep',
      { rows: { from: 'either', items: [from('features', 'rows'), from('features-2', 'rows')] } },
      {},
      { kind: 'save', save: 'delay-features' },
    ),
    step(
      'register',
      { model: from('pick-best', 'model') },
      {},
      {
        kind: 'register',
        when: [
          { ref: from('delay-checks', 'passed'), is: 'equal', value: true },
          { ref: from('release', 'approved'), is: 'equal', value: true },
        ],
        register: { model: 'delays', alias: 'challenger' },
      },
    ),
    step(
      LONG_NAME,
      { rows: from('features-2', 'rows'), airports: { from: 'catalog', name: 'airports' } },
      { rows: table },
    ),
  ],
})

/** `large-1000` has so many steps, `large-grouped-5000` has them in sub-pipelines. */
export function large(name: string) {
  const count = Number(name.split('-').at(-1)) || 1000
  return { ...generatedGraph(count, { width: 20, isGrouped: name.includes('grouped') }), name }
}

export type Step = ReturnType<typeof graph>['steps'][number] | PipelineGraph['steps'][number]
