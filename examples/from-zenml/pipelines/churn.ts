import { c } from '../catalog.ts'
import { evaluator } from '../steps/evaluator.ts'
import { preprocessor } from '../steps/preprocessor.ts'
import { trainer } from '../steps/trainer.ts'

/** The trainer stands before the pre-processor: what each step needs says which comes first. */
export default c.flow(
  'churn',
  [
    c.node(trainer, { in: { rows: 'train' }, out: { model: 'model' } }),
    c.node(evaluator, { in: { model: 'model', test: 'test' }, out: { metrics: 'metrics' } }),
    c.node(preprocessor, { in: { raw: 'customers' }, out: { train: 'train', test: 'test' } }),
  ],
  { description: 'Which customers will leave?' },
)
