import { json, model, rocAuc, step, table, z } from 'regia'

/** How well those who leave are told from those who stay. */
export const evaluator = step({
  name: 'evaluator',
  in: { model: model(), test: table() },
  out: { metrics: json(z.object({ auc: z.number(), customers: z.number().int() })) },
  run: async ({ model, test }, { metric }) => {
    const rows = await test.read()
    const auc = rocAuc(await model.scores(rows), rows, 'churned', 'true')
    metric('auc', auc)
    return { metrics: { auc, customers: rows.rowCount } }
  },
})
