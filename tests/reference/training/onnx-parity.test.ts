import { describe, expect, it } from 'vitest'
import { createRng } from '../../../packages/core/src/kernel/index.ts'
import { decodeModel, encodeModel } from '../../../packages/core/src/onnx/index.ts'
import { concatRows } from '../../../packages/core/src/table/index.ts'
import {
  compileToOnnx,
  DATE_PARTS,
  dateParts,
  gradientBoosting,
  impute,
  LEARNERS,
  type Learner,
  logisticRegression,
  majority,
  oneHot,
  ordinal,
  passthrough,
  scale,
  stratifiedRandom,
  type TablePrediction,
  TRANSFORMS,
  type Transform,
  tabularModel,
  tabularModelFromJson,
} from '../../../packages/core/src/training/index.ts'
import { randomTable } from './random-tables.ts'
import { openSession, runOnTable } from './run-onnx.ts'

const rng = createRng('parity')
const training = randomTable(rng, { rowCount: 800, isExtreme: false })
const rows = concatRows([training, randomTable(rng, { rowCount: 1500, isExtreme: true })])

const numbers = ['age', 'visits', 'member', 'paid', 'at']
const transformSets: { readonly [name: string]: readonly Transform[] } = {
  dateParts: [dateParts('at', DATE_PARTS)],
  'impute numbers': [
    impute(['age', 'visits']),
    impute(['member'], { strategy: 'mostFrequent' }),
    passthrough(['paid']),
  ],
  'impute text': [impute(['city'], { strategy: 'mostFrequent' }), oneHot(['city'])],
  'impute constant': [impute(['code'], { strategy: 'constant', value: 'c1' }), ordinal(['code']), passthrough(['age'])],
  oneHot: [oneHot(['city', 'member', 'paid', 'visits'])],
  'ordinal by frequency': [ordinal(['city', 'visits', 'member'])],
  'ordinal by alphabet': [ordinal(['code', 'paid'], { order: 'alphabet' })],
  'ordinal by target': [ordinal(['code', 'city', 'visits'], { order: 'target' })],
  passthrough: [passthrough(numbers)],
  scale: [scale(numbers)],
  'impute, then scale': [impute(numbers, { strategy: 'mean' }), scale(numbers)],
  'all at once': [
    dateParts('at', ['hour', 'weekday', 'month']),
    ordinal(['code'], { order: 'target' }),
    oneHot(['city'], { maxCategories: 4 }),
    oneHot(['member']),
    scale(['member=1']),
    impute(['age']),
    passthrough(['visits', 'member', 'paid']),
  ],
}
const learners: { readonly [name: string]: Learner } = {
  gradientBoosting: gradientBoosting({ trees: 25, leaves: 15, minRowsPerLeaf: 5 }),
  logisticRegression: logisticRegression(),
  majority: majority(),
  stratifiedRandom: stratifiedRandom(),
}
const targets = { binary: 'late', multiclass: 'kind', regression: 'delay' } as const

const rowMajor = ({ probabilities, values, rowCount }: TablePrediction): number[] =>
  probabilities.length === 0
    ? [...values]
    : Array.from({ length: rowCount }, (_, row) => probabilities.map((ofClass) => ofClass[row]!)).flat()

const greatestDifference = (a: readonly number[], b: readonly number[]): number => {
  expect(a).toHaveLength(b.length)
  return Math.max(...a.map((value, i) => (Number.isFinite(value) ? Math.abs(value - b[i]!) : Infinity)))
}

const cases = Object.keys(learners).flatMap((learner) =>
  Object.keys(transformSets).flatMap((transforms) =>
    LEARNERS.find(({ kind }) => kind === learner)!.tasks.map((task) => ({ learner, transforms, task })),
  ),
)

describe('one graph over raw columns', () => {
  it('is tested with every learner and every transform', () => {
    expect(Object.keys(learners).sort()).toEqual(LEARNERS.map(({ kind }) => kind).sort())
    const used = new Set(Object.values(transformSets).flatMap((set) => set.map(({ kind }) => kind)))
    expect([...used].sort()).toEqual(TRANSFORMS.map(({ kind }) => kind).sort())
  })

  it.each(cases)('equals the training code: $learner on $transforms, $task', async ({ learner, transforms, task }) => {
    const model = tabularModel({ transforms: transformSets[transforms]!, learner: learners[learner]! }).fit(training, {
      target: targets[task],
    })
    const bytes = compileToOnnx(model)
    const expected = model.predict(rows)
    const got = await runOnTable(await openSession(bytes), rows, model.inputColumns)
    // Regression values are sums of float32 leaves; their error grows with their size, about 20 here.
    expect(greatestDifference(got.values, rowMajor(expected))).toBeLessThanOrEqual(1e-5)
    expect(got.labels).toEqual(expected.labels)

    expect(encodeModel(decodeModel(bytes))).toEqual(bytes)
    const again = tabularModelFromJson(JSON.parse(JSON.stringify(model.toJson())))
    expect(again.predict(rows)).toEqual(expected)
    expect(compileToOnnx(again)).toEqual(bytes)
  })

  it('takes one row and no rows', async () => {
    const model = tabularModel({ transforms: transformSets['all at once']!, learner: learners.gradientBoosting! }).fit(
      training,
      { target: 'kind', positive: 'high' },
    )
    expect(model.classes).toEqual(['low', 'middle', 'high'])
    const session = await openSession(compileToOnnx(model))
    const one = randomTable(createRng(3), { rowCount: 1, isExtreme: false })
    const got = await runOnTable(session, one, model.inputColumns)
    expect(greatestDifference(got.values, rowMajor(model.predict(one)))).toBeLessThanOrEqual(1e-5)
    const none = randomTable(createRng(3), { rowCount: 0, isExtreme: false })
    expect(model.predict(none).labels).toEqual([])
  })
})
