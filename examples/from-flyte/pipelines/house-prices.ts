import {
  approve,
  atMost,
  catalog,
  entry,
  getNumericColumn,
  gradientBoosting,
  json,
  list,
  model,
  ordinal,
  packageModel,
  partitionsOf,
  passthrough,
  pipeline,
  step,
  table,
  tabularModel,
  toRows,
  when,
  z,
} from 'regia'

const c = catalog({ houses: entry.csv({ path: 'data/houses.csv' }) })

export const Report = z.object({ city: z.string(), error: z.number(), rows: z.number().int() })

/** One model for each city: every fifth house tells how wrong it is. */
export const trainCity = step({
  name: 'train-city',
  in: { houses: table(), trees: z.number().int().min(1) },
  out: { model: model(), report: json(Report) },
  retries: 2,
  run: async ({ houses, trees }, { sql, rng }) => {
    const part = async (where: string) =>
      (
        await sql(`SELECT * EXCLUDE (n) FROM (SELECT *, row_number() OVER () AS n FROM houses) WHERE ${where}`, {
          tables: { houses },
        })
      ).read()
    const [train, test] = [await part('n % 5 > 0'), await part('n % 5 = 0')]
    const fitted = tabularModel({
      transforms: [passthrough(['bedrooms', 'square_meters', 'age']), ordinal(['city'])],
      learner: gradientBoosting({ trees, leaves: 7, learningRate: 0.1, minRowsPerLeaf: 5 }),
    }).fit(train, { target: 'price', task: 'regression', rng })
    const { values: actual } = getNumericColumn(test, 'price')
    const predicted = fitted.predict(test).values
    const errors = Array.from(actual, (price, row) => Math.abs(price - predicted[row]!) / price)
    return {
      model: packageModel(fitted, { train }),
      report: {
        city: String(toRows(test)[0]?.city),
        error: errors.reduce((total, error) => total + error, 0) / errors.length,
        rows: train.rowCount,
      },
    }
  },
})

/** The share by which the models are wrong, over all cities. */
export const summarise = step({
  name: 'summarise',
  in: { reports: list(json(Report)) },
  out: { error: z.number(), cities: z.array(z.string()) },
  run: ({ reports }) => ({
    error: reports.reduce((total, { error }) => total + error, 0) / reports.length,
    cities: reports.map(({ city }) => city),
  }),
})

export const publish = step({
  name: 'publish',
  in: { models: list(model()), cities: z.array(z.string()) },
  out: { published: z.array(z.string()) },
  cache: false,
  run: ({ models, cities }) => ({ published: cities.slice(0, models.length) }),
})

/** A sub-workflow: one training for each city, at most two at once; four of five must succeed. */
const trainAll = pipeline('train-all', { trees: z.number().int() }, ({ trees }) => {
  const houses = c.read('houses')
  const { model: models, report: reports } = trainCity.map(
    'houses',
    partitionsOf(houses, { column: 'city' }),
    { trees },
    { concurrency: 2, minimumSuccess: 0.8 },
  )
  return { models, ...summarise({ reports }) }
})

export default pipeline(
  'house-prices',
  { trees: z.number().int().min(1).max(500).default(60) },
  (p) => {
    const { models, error, cities } = trainAll({ trees: p.trees })
    when(atMost(error, 0.5), () => {
      const { approved } = approve('Publish these prices?', { show: { error }, timeout: '3d' })
      when(approved, () => publish({ models, cities }))
    })
  },
  { description: 'What is this house worth? One model for each city.', onFailure: 'stop' },
)
