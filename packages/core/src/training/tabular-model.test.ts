import { describe, expect, it } from 'vitest'
import { createRng, type RegiaError } from '../kernel/index.ts'
import { decodeModel } from '../onnx/index.ts'
import {
  boolColumn,
  floatColumn,
  intColumn,
  makeTable,
  selectColumns,
  stringColumn,
  withColumn,
} from '../table/index.ts'
import {
  compileToOnnx,
  gradientBoosting,
  impute,
  logisticRegression,
  majority,
  oneHot,
  ordinal,
  passthrough,
  scale,
  tabularModel,
  tabularModelFromJson,
} from './index.ts'

const rng = createRng('tabular')
const rowCount = 400
const city = Array.from({ length: rowCount }, () => ['Rome', 'Oslo', 'Lima', null][rng.integer(4)]!)
const age = Array.from({ length: rowCount }, () => (rng.next() < 0.1 ? null : 30 + 10 * rng.normal()))
const table = makeTable({
  city: stringColumn(city),
  age: floatColumn(age),
  visits: intColumn(Array.from({ length: rowCount }, () => rng.integer(9))),
  late: boolColumn(age.map((value, row) => (value ?? 30) + (city[row] === 'Oslo' ? 10 : 0) + 5 * rng.normal() > 34)),
})
const transforms = [ordinal(['city'], { order: 'target' }), impute(['age']), scale(['age']), passthrough(['visits'])]
const model = tabularModel({ transforms, learner: gradientBoosting({ trees: 20 }) }).fit(table, { target: 'late' })

const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'nothing thrown'
  } catch (error) {
    return (error as RegiaError).code
  }
}

describe('tabularModel', () => {
  it('says what it takes and gives', () => {
    expect(model).toMatchObject({
      task: 'binary',
      target: 'late',
      classes: ['false', 'true'],
      positive: 'true',
      featureNames: ['city', 'age', 'visits'],
      inputColumns: [
        { name: 'city', type: 'string', nullable: true },
        { name: 'age', type: 'float', nullable: true },
        { name: 'visits', type: 'int', nullable: false },
      ],
      learner: { name: 'gradientBoosting', params: { trees: 20, leaves: 31 } },
    })
  })

  it('predicts probabilities and labels of raw rows, without the target', () => {
    const prediction = model.predict(selectColumns(table, ['visits', 'age', 'city']))
    expect(prediction).toMatchObject({ rowCount, classes: ['false', 'true'] })
    expect(prediction.labels).toHaveLength(rowCount)
    const labels = [...prediction.probabilities[1]!].map((p) => String(p > 0.5))
    expect(prediction.labels).toEqual(labels)
    const truth = table.columns.late
    const right = prediction.labels.filter(
      (label, row) => label === String(truth!.type !== 'string' && truth!.values[row] === 1),
    )
    expect(right.length / rowCount).toBeGreaterThan(0.85)
  })

  it('ranks features, the most important first', () => {
    const ranked = model.featureImportance()
    expect(ranked.map(({ feature }) => feature)).toEqual(['age', 'city', 'visits'])
    expect(ranked.reduce((sum, { importance }) => sum + importance, 0)).toBeCloseTo(1, 12)
  })

  it('lets a transform read what one before it made, and else the raw column', () => {
    const chained = tabularModel({
      transforms: [impute(['age'], { strategy: 'constant', value: 0 }), scale(['age'])],
      learner: majority(),
    })
    const [column] = chained.fit(table, { target: 'late' }).features(table).columns
    expect(column!.some(Number.isNaN)).toBe(false)
    const twice = tabularModel({ transforms: [oneHot(['city']), ordinal(['city'])], learner: majority() })
    expect(twice.fit(table, { target: 'late' }).featureNames).toEqual(['city=Lima', 'city=Oslo', 'city=Rome', 'city'])
  })

  it('is the same for the same rows without any seed, and reads back from JSON', () => {
    const again = tabularModel({ transforms, learner: gradientBoosting({ trees: 20 }) }).fit(table, { target: 'late' })
    expect(again.toJson()).toEqual(model.toJson())
    const read = tabularModelFromJson(JSON.parse(JSON.stringify(model.toJson())))
    expect(read.toJson()).toEqual(model.toJson())
    expect(read.predict(table)).toEqual(model.predict(table))
    expect(codeOf(() => tabularModelFromJson({ ...model.toJson(), format: 2 }))).toBe('MODEL_INVALID')
    expect(codeOf(() => tabularModelFromJson({ ...model.toJson(), model: { kind: 'oracle', state: {} } }))).toBe(
      'NOT_FOUND',
    )
  })

  it('refuses a table that lacks a column or holds another type', () => {
    expect(codeOf(() => model.predict(selectColumns(table, ['city', 'age'])))).toBe('COLUMN_MISSING')
    expect(codeOf(() => model.predict(withColumn(table, 'age', stringColumn(city))))).toBe('COLUMN_TYPE')
    expect(codeOf(() => model.predict(withColumn(table, 'city', floatColumn(age))))).toBe('COLUMN_TYPE')
  })

  it('refuses transforms that leave text, read the target or make a feature twice', () => {
    const fit = (...given: Parameters<typeof tabularModel>[0]['transforms'][number][]) =>
      codeOf(() => tabularModel({ transforms: given, learner: majority() }).fit(table, { target: 'late' }))
    expect(fit(impute(['city'], { strategy: 'mostFrequent' }))).toBe('COLUMN_TYPE')
    expect(fit(passthrough(['late']))).toBe('INVALID_INPUT')
    expect(fit(oneHot(['city']), oneHot(['city']))).toBe('INVALID_INPUT')
    expect(fit()).toBe('DATA_EMPTY')
    expect(
      codeOf(() =>
        tabularModel({ transforms: [passthrough(['visits'])], learner: logisticRegression() }).fit(table, {
          target: 'age',
        }),
      ),
    ).toBe('INVALID_INPUT')
  })
})

describe('compileToOnnx', () => {
  it('declares one input per raw column and the outputs of a classifier', () => {
    const { graph } = decodeModel(compileToOnnx(model))
    const tensor = (name: string, elementType: string, shape: unknown) => ({
      name,
      type: { kind: 'tensor', elementType, shape },
    })
    expect(graph.inputs).toEqual([
      tensor('city', 'string', ['rows', 1]),
      tensor('age', 'float', ['rows', 1]),
      tensor('visits', 'int64', ['rows', 1]),
    ])
    expect(graph.outputs).toEqual([tensor('label', 'string', ['rows']), tensor('probabilities', 'float', ['rows', 2])])
  })

  it('refuses a raw column named like an output', () => {
    const named = withColumn(table, 'label', floatColumn(age))
    const fitted = tabularModel({ transforms: [passthrough(['label'])], learner: majority() }).fit(named, {
      target: 'late',
    })
    expect(codeOf(() => compileToOnnx(fitted))).toBe('INVALID_INPUT')
  })
})
