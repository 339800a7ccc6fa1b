import { c } from '../catalog.ts'
import { clean } from '../steps/clean.ts'
import { evaluate } from '../steps/evaluate.ts'
import { split } from '../steps/split.ts'
import { train } from '../steps/train.ts'

/** Nodes in any order: what each needs and makes says which comes first. */
export default c.flow(
  'train',
  [
    c.node(evaluate, { in: { model: 'model', test: 'test_rows' }, out: { metrics: 'metrics' } }),
    c.node(train, { in: { train: 'train_rows', trees: 'trees' }, out: { model: 'model' } }),
    c.node(split, { in: { rows: 'clean' }, out: { train: 'train_rows', test: 'test_rows' } }),
    c.node(clean, { in: { raw: 'customers' }, out: { rows: 'clean' } }),
  ],
  { description: 'Which customers will leave?' },
)
