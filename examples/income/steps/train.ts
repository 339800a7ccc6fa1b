import { gradientBoosting, model, ordinal, packageModel, passthrough, step, table, tabularModel, z } from 'regia'
import { CATEGORIES, CENSUS, NUMBERS, TARGET } from './census.ts'

/** Learns who earns more than 50,000 dollars. Transforms and trees end up in one graph: rows come to it as they stand in the file. */
export const train = step({
  name: 'train',
  in: { train: table(CENSUS), trees: z.number().int().min(1).max(1000) },
  out: { model: model() },
  run: async ({ train, trees }, ctx) => {
    const rows = await train.read()
    const fitted = tabularModel({
      transforms: [passthrough([...NUMBERS]), ordinal([...CATEGORIES])],
      learner: gradientBoosting({ trees, leaves: 31, learningRate: 0.1 }),
    }).fit(rows, { target: TARGET, positive: '>50K', rng: ctx.rng })
    return { model: packageModel(fitted, { train: rows }) }
  },
})
