import { gate, pipeline, register, when, z } from 'regia'
import { wineChecks } from '../checks/wine.ts'
import { load } from '../steps/load.ts'
import { split } from '../steps/split.ts'
import { train } from '../steps/train.ts'

export default pipeline(
  'wine',
  { trees: z.number().int().min(1).max(1000).default(60) },
  (p) => {
    const { wines } = load({})
    const rows = split({ wines })
    const trained = train({ train: rows.train, trees: p.trees })
    const { passed, report } = gate(wineChecks, { model: trained.model, test: rows.test })
    when(passed, () => register('wine', trained.model, { report, alias: 'challenger' }))
  },
  { description: 'From which of three cultivars is this wine?' },
)
