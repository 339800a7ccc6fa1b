import { gradientBoosting, model, ordinal, packageModel, passthrough, step, table, tabularModel } from 'regia'

/** Fits gradient-boosted trees. */
export const trainer = step({
  name: 'trainer',
  in: { rows: table() },
  out: { model: model() },
  run: async ({ rows }, { rng }) => {
    const train = await rows.read()
    const fitted = tabularModel({
      transforms: [passthrough(['months', 'monthly_fee', 'support_calls', 'data_gb']), ordinal(['plan'])],
      learner: gradientBoosting({ trees: 60, leaves: 7, learningRate: 0.1 }),
    }).fit(train, { target: 'churned', positive: 'true', rng })
    return { model: packageModel(fitted, { train }) }
  },
})
