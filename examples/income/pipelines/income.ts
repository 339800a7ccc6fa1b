import { gate, pipeline, register, when, z } from 'regia'
import { incomeChecks } from '../checks/income.ts'
import { load } from '../steps/load.ts'
import { prepare } from '../steps/prepare.ts'
import { train } from '../steps/train.ts'

export default pipeline(
  'income',
  {
    train: z.string().meta({ description: 'CSV file to learn from' }),
    test: z.string().meta({ description: 'CSV file to test on' }),
    trees: z.number().int().min(1).max(1000).default(150),
  },
  (p) => {
    const files = load({ train: p.train, test: p.test })
    const rows = prepare({ train: files.train, test: files.test })
    const trained = train({ train: rows.train, trees: p.trees })
    const { passed, report } = gate(incomeChecks, { model: trained.model, test: rows.test })
    when(passed, () => register('income', trained.model, { report, alias: 'challenger' }))
  },
  { description: 'Does this person earn more than 50,000 dollars a year?' },
)
