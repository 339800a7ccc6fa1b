import { gradientBoosting, model, ordinal, packageModel, passthrough, step, table, tabularModel, z } from 'regia'

/** Learns who leaves. Transforms and trees end up in one graph: a row comes to it as it stands in the table. */
export const train = step({
  name: 'train',
  in: { train: table(), trees: z.number().int().min(1).max(1000) },
  out: { model: model() },
  run: async ({ train, trees }, { rng }) => {
    const rows = await train.read()
    const fitted = tabularModel({
      transforms: [passthrough(['months', 'monthly_fee', 'support_calls', 'data_gb']), ordinal(['plan'])],
      learner: gradientBoosting({ trees, leaves: 7, learningRate: 0.1 }),
    }).fit(rows, { target: 'churned', positive: 'true', rng })
    return { model: packageModel(fitted, { train: rows }) }
  },
})
