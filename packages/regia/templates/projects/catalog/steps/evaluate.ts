import { json, model, rocAuc, step, table } from 'regia'
import { Metrics } from '../catalog.ts'

export const evaluate = step({
  name: 'evaluate',
  in: { model: model(), test: table() },
  out: { metrics: json(Metrics) },
  run: async ({ model, test }) => {
    const rows = await test.read()
    const auc = rocAuc(await model.scores(rows), rows, 'churned')
    return { metrics: { auc, customers: rows.rowCount } }
  },
})
