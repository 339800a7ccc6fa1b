import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fromRows, type Table } from '../../../packages/core/src/table/index.ts'
import {
  compileToOnnx,
  gradientBoosting,
  ordinal,
  passthrough,
  tabularModel,
} from '../../../packages/core/src/training/index.ts'
import { openSession, runOnTable } from './run-onnx.ts'

// Adult Income (Becker and Kohavi, 1996) is not part of the repository; see the folder's README for where it comes from.
const folder = join(import.meta.dirname, '../../../../shared/data/adult')
const hasData = existsSync(folder)
if (!hasData)
  console.warn('adult.test.ts skips: the Adult Income data are not beside the repository, at ../shared/data/adult.')

const numbers = ['age', 'capital_gain', 'capital_loss', 'hours_per_week']
const categories = [
  'work_class',
  'education',
  'marital_status',
  'occupation',
  'relationship',
  'race',
  'sex',
  'native_country',
]

function readTable(file: string): Table {
  const [header, ...lines] = readFileSync(join(folder, file), 'utf8').trim().split(/\r?\n/)
  const names = header!.split(',')
  const rows = lines.map((line) =>
    Object.fromEntries(
      line.split(',').map((text, i) => [names[i]!, numbers.includes(names[i]!) ? Number(text) : text]),
    ),
  )
  return fromRows(rows, Object.fromEntries(names.map((name) => [name, numbers.includes(name) ? 'float' : 'string'])))
}

/** Area under the ROC curve by ranks, ties counted half. */
function areaUnderCurve(scores: Float64Array, isPositive: readonly boolean[]): number {
  const order = [...scores.keys()].sort((a, b) => scores[a]! - scores[b]!)
  let rankSum = 0
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && scores[order[to]!] === scores[order[from]!]) to++
    for (let i = from; i < to; i++) if (isPositive[order[i]!]) rankSum += (from + to + 1) / 2
  }
  const positives = isPositive.filter(Boolean).length
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (isPositive.length - positives))
}

describe.skipIf(!hasData)('on Adult Income', () => {
  it('reaches the AUC of XGBoost (0.9244) within 0.002, and the graph says the same', async () => {
    const test = readTable('adult_test.csv')
    const model = tabularModel({
      transforms: [ordinal(categories), passthrough(numbers)],
      learner: gradientBoosting({ trees: 100, leaves: 31, learningRate: 0.1 }),
    }).fit(readTable('adult_training.csv'), { target: 'income' })
    const prediction = model.predict(test)
    const income = test.columns.income!
    const isPositive =
      income.type === 'string' ? Array.from(income.codes, (code) => income.categories[code] === '>50K') : []
    expect(model.positive).toBe('>50K')
    expect(areaUnderCurve(prediction.probabilities[1]!, isPositive)).toBeGreaterThan(0.9224)

    const got = await runOnTable(await openSession(compileToOnnx(model)), test, model.inputColumns)
    expect(got.labels).toEqual(prediction.labels)
    const differences = prediction.probabilities[1]!.map((value, row) => Math.abs(value - got.values[2 * row + 1]!))
    expect(Math.max(...differences)).toBeLessThan(1e-5)
  })
})
