import { gate, pipeline, register, when, z } from 'regia'
import { churnChecks } from '../checks/churn.ts'
import { load } from '../steps/load.ts'
import { split } from '../steps/split.ts'
import { train } from '../steps/train.ts'

export default pipeline(
  'train',
  {
    file: z.string().default('data/customers.csv'),
    trees: z.number().int().min(1).max(1000).default(80),
  },
  (p) => {
    const { customers } = load({ file: p.file })
    const rows = split({ rows: customers })
    const trained = train({ train: rows.train, trees: p.trees })
    const { passed, report } = gate(churnChecks, { model: trained.model, test: rows.test })
    when(passed, () => register('churn', trained.model, { report, alias: 'challenger' }))
  },
  { description: 'Which customers will leave?' },
)
