import {
  dataset,
  gate,
  gradientBoosting,
  model,
  ordinal,
  packageModel,
  passthrough,
  pipeline,
  register,
  shuffled,
  step,
  table,
  tabularModel,
  takeRows,
  when,
  z,
} from 'regia'
import { penguinChecks } from '../checks/penguins.ts'

/** Puts every fourth penguin aside, at random but the same ones each time. */
export const split = step({
  name: 'split',
  in: { penguins: table() },
  out: { train: table(), test: table() },
  run: async ({ penguins }, ctx) => {
    const rows = await penguins.read()
    const order = shuffled(
      Array.from({ length: rows.rowCount }, (_, row) => row),
      ctx.rng,
    )
    const testCount = Math.round(rows.rowCount / 4)
    return { train: takeRows(rows, order.slice(testCount)), test: takeRows(rows, order.slice(0, testCount)) }
  },
})

/** Learns the species from measurements, island and sex; a missing value is a value of its own. */
export const train = step({
  name: 'train',
  in: { train: table(), trees: z.number().int().min(1).max(1000) },
  out: { model: model() },
  run: async ({ train, trees }, ctx) => {
    const rows = await train.read()
    const fitted = tabularModel({
      transforms: [
        passthrough(['bill_length_mm', 'bill_depth_mm', 'flipper_length_mm', 'body_mass_g']),
        ordinal(['island', 'sex']),
      ],
      learner: gradientBoosting({ trees, leaves: 7, learningRate: 0.2, minRowsPerLeaf: 5 }),
    }).fit(rows, { target: 'species', rng: ctx.rng })
    return { model: packageModel(fitted, { train: rows }) }
  },
})

export default pipeline(
  'penguins',
  { trees: z.number().int().min(1).max(1000).default(40) },
  (p) => {
    const rows = split({ penguins: dataset('penguins') })
    const trained = train({ train: rows.train, trees: p.trees })
    const { passed, report } = gate(penguinChecks, { model: trained.model, test: rows.test })
    when(passed, () => register('penguins', trained.model, { report, alias: 'challenger' }))
  },
  { description: 'Which of three species is this penguin?' },
)
