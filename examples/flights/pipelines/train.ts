import {
  type Column,
  dateParts,
  getNumericColumn,
  gradientBoosting,
  list,
  model,
  ordinal,
  packageModel,
  passthrough,
  type Rng,
  rocAuc,
  shuffled,
  step,
  type Table,
  table,
  tabularModel,
  z,
} from 'regia'

export const settingSchema = z.object({ trees: z.number().int(), leaves: z.number().int(), learningRate: z.number() })

/** Fits transforms and trees, and packages them with their graph. `labels: 'permuted'` breaks the link on purpose: what comes out must be refused. */
export const train = step({
  name: 'train',
  in: {
    train: table(),
    setting: settingSchema,
    labels: z.enum(['real', 'permuted']),
    trainFrom: z.iso.date(),
    trainUntil: z.iso.date(),
  },
  out: { model: model() },
  resources: { cpu: 1, memoryMb: 1500 },
  retries: 1,
  run: async ({ train, setting, labels, trainFrom, trainUntil }, ctx) => {
    const rows = await train.read()
    const table =
      labels === 'real' ? rows : { ...rows, columns: { ...rows.columns, late: permuted(rows, 'late', ctx.rng) } }
    const fitted = tabularModel({
      transforms: [
        dateParts('date', ['hour', 'weekday']),
        ordinal(['origin', 'destination'], { order: 'target' }),
        passthrough(['distance', 'origin_mean_delay', 'destination_mean_delay']),
      ],
      learner: gradientBoosting({ ...setting, minRowsPerLeaf: 200, subsample: 0.5 }),
    }).fit(table, { target: 'late', positive: 'true', rng: ctx.rng, onProgress: ctx.progress })
    return { model: packageModel(fitted, { train: table, trainedOn: { from: trainFrom, until: trainUntil } }) }
  },
})

/** The column's values in random order: nothing can be learnt from them. */
function permuted(table: Table, name: string, rng: Rng): Column {
  const column = getNumericColumn(table, name)
  return { ...column, values: Float64Array.from(shuffled([...column.values], rng)) }
}

/** The better of the trained models by AUC on the validation rows. */
export const pickBest = step({
  name: 'pick-best',
  in: { candidates: list(model()), validation: table() },
  out: { model: model() },
  run: async ({ candidates, validation }, ctx) => {
    const rows = await validation.read()
    let best = { auc: -1, model: candidates[0]! }
    for (const [i, candidate] of candidates.entries()) {
      const auc = rocAuc(await candidate.scores(rows), rows, 'late')
      ctx.metric(`validation_auc_${i + 1}`, auc)
      if (auc > best.auc) best = { auc, model: candidate }
    }
    ctx.metric('validation_auc', best.auc)
    return { model: best.model }
  },
})
