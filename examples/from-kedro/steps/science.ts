import {
  getNumericColumn,
  gradientBoosting,
  json,
  model,
  ordinal,
  packageModel,
  passthrough,
  shuffled,
  step,
  table,
  tabularModel,
  takeRows,
  z,
} from 'regia'
import { Metrics } from '../catalog.ts'

export const split = step({
  name: 'split',
  in: { rows: table(), share: z.number() },
  out: { train: table(), test: table() },
  run: async ({ rows, share }, { rng }) => {
    const all = await rows.read()
    const places = Array.from({ length: all.rowCount }, (_, row) => row)
    const order = shuffled(places, rng)
    const testCount = Math.round(all.rowCount * share)
    return { train: takeRows(all, order.slice(testCount)), test: takeRows(all, order.slice(0, testCount)) }
  },
})

export const train = step({
  name: 'train',
  in: { train: table(), trees: z.number().int() },
  out: { model: model() },
  run: async ({ train, trees }, { rng }) => {
    const rows = await train.read()
    const fitted = tabularModel({
      transforms: [passthrough(['passengers', 'engines', 'rating', 'score']), ordinal(['engine'])],
      learner: gradientBoosting({ trees, leaves: 7, learningRate: 0.1, minRowsPerLeaf: 5 }),
    }).fit(rows, { target: 'price', rng })
    return { model: packageModel(fitted, { train: rows }) }
  },
})

export const evaluate = step({
  name: 'evaluate',
  in: { model: model(), test: table() },
  out: { metrics: json(Metrics) },
  run: async ({ model, test }) => {
    const rows = await test.read()
    const { values: actual } = getNumericColumn(rows, 'price')
    const predicted = await model.scores(rows)
    const average = sum(actual) / rows.rowCount
    const errors = Array.from(actual, (price, row) => price - predicted[row]!)
    return {
      metrics: {
        mae: sum(errors.map(Math.abs)) / rows.rowCount,
        r2: 1 - sum(errors.map(square)) / sum(Array.from(actual, (price) => square(price - average))),
        rows: rows.rowCount,
      },
    }
  },
})

const square = (value: number) => value * value
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0)
