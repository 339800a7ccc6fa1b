import { command } from '../command.ts'

const optimise = command({
  name: 'models optimise',
  summary: 'make a smaller or faster version of a model, if that pays',
  details:
    'Size, latency at 1 and 32 rows and the score on held-out rows are measured before and after. A new version is registered when size or latency falls by enough, neither rises too much, and the score surely loses no more than it may. Otherwise the report is printed, nothing is registered, and the exit code is 1.',
  args: { model: { description: 'MODEL@ALIAS or MODEL@VERSION, such as penguins@champion' } },
  options: {
    by: {
      type: 'text',
      value: 'WAY',
      description: 'int8 or float16 (dense layers), or prune (tree ensembles)',
      required: true,
    },
    data: {
      type: 'text',
      value: 'DATASET|FILE',
      description:
        'rows that it was not trained on, with the target: a dataset (NAME or NAME@VERSION) or a file; the table on which it was tested where absent',
    },
    metric: {
      type: 'text',
      value: 'METRIC',
      description: 'the score; by default auc, logLoss of several classes, rmse of a regression',
    },
    maxLoss: {
      type: 'number',
      value: 'LOSS',
      description: 'how much worse the score may be, at the far end of its 95 % interval; a share of rmse and mae',
      default: 0.005,
    },
    minGain: { type: 'number', value: 'SHARE', description: 'by how much size or latency must fall', default: 0.1 },
    maxCost: { type: 'number', value: 'SHARE', description: 'by how much the other one may rise', default: 0.1 },
    keep: {
      type: 'text',
      value: 'WHICH',
      description:
        'trees: best (where held-out loss is least) or fewest (within --max-loss); best for boosters, fewest for forests',
    },
    fullRange: {
      type: 'flag',
      description: 'int8: all 8 bits of the weights; finer, but processors without VNNI answer otherwise',
    },
    alias: { type: 'text', value: 'ALIAS', description: 'what the new version gets; nothing where absent' },
  },
  examples: [
    'regia models optimise penguins@champion --by prune',
    'regia models optimise churn@3 --by int8 --data held-out.parquet --max-loss 0.002 --alias challenger',
  ],
  load: async () => (await import('../actions/optimise/optimise-model.ts')).optimiseModel,
})

export const optimiseCommands = [optimise]
