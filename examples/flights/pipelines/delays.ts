import { dataset, gate, pipeline, register, when, z } from 'regia'
import { delayChecks } from '../checks/delays.ts'
import { addHistory, locateInTime, split } from './prepare.ts'
import { pickBest, train } from './train.ts'

/** At departure: will this flight arrive more than 15 minutes late? */
export default pipeline(
  'delays',
  {
    trainFrom: z.iso.date().default('2001-01-01'),
    trainUntil: z.iso.date().default('2001-03-20'),
    testUntil: z.iso.date().default('2001-03-31'),
    labels: z.enum(['real', 'permuted']).default('real'),
  },
  (p) => {
    const { located } = locateInTime({ flights: dataset('flights'), airports: dataset('airports') })
    const { flights } = addHistory({ located })
    const rows = split({ flights, trainFrom: p.trainFrom, trainUntil: p.trainUntil, testUntil: p.testUntil })
    const days = { trainFrom: p.trainFrom, trainUntil: p.trainUntil }
    const small = train({
      train: rows.train,
      labels: p.labels,
      ...days,
      setting: { trees: 60, leaves: 31, learningRate: 0.15 },
    })
    const large = train({
      train: rows.train,
      labels: p.labels,
      ...days,
      setting: { trees: 100, leaves: 63, learningRate: 0.1 },
    })
    const best = pickBest({ candidates: [small.model, large.model], validation: rows.validation })
    const { passed, report } = gate(delayChecks, { model: best.model, test: rows.test })
    when(passed, () => register('delays', best.model, { report, alias: 'challenger' }))
  },
)
