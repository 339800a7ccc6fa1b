import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Row, toRows } from 'regia'
import { runPipeline } from 'regia/testing'
import { describe, expect, it } from 'vitest'
import income from '../pipelines/income.ts'
import { prepare } from '../steps/prepare.ts'

const person: Row = {
  age: 39,
  work_class: 'Private',
  education: 'Bachelors',
  marital_status: 'Married',
  occupation: 'Sales',
  relationship: 'Husband',
  race: 'White',
  sex: 'Male',
  capital_gain: 0,
  capital_loss: 0,
  hours_per_week: 40,
  native_country: 'United-States',
  income: '>50K',
}

describe('prepare', () => {
  it('spells everything one way, and counts each person once among those to learn from', async () => {
    const raw = [person, person, { ...person, age: 40, work_class: ' ? ', income: ' <=50K. ' }]
    const { train, test } = await prepare.run({ train: raw, test: raw })
    expect(toRows(await train.read())).toEqual([person, { ...person, age: 40, work_class: null, income: '<=50K' }])
    expect(test.rowCount).toBe(3)
  })
})

const DATA = join(import.meta.dirname, '../../../../shared/data/adult')
const train = join(DATA, 'adult_training.csv')
const test = join(DATA, 'adult_test.csv')

describe.skipIf(!existsSync(train))('the model, on the census (skipped where its files are not)', () => {
  it('is no majority classifier, and finds those who earn more with precision and recall', async () => {
    await using run = await runPipeline(income, { params: { train, test, trees: 100 } })
    expect(run.error).toBeUndefined()
    const { checks, metrics, baselines, confusion } = run.report('gate')
    expect(checks.map(({ kind, status }) => [kind, status])).toEqual([
      ['predictsMoreThanOneClass', 'passed'],
      ['metricAtLeast', 'passed'],
      ['metricAtLeast', 'passed'],
      ['beatsBaseline', 'passed'],
      ['parity', 'passed'],
    ])
    expect(metrics.auc!.value).toBeGreaterThan(0.9)
    expect(metrics.accuracy!.value).toBeGreaterThan(baselines.majority!.accuracy!.value + 0.08)
    // Both classes are predicted: no column of the confusion is empty.
    const predicted = confusion!.labels.map((_, column) =>
      confusion!.counts.reduce((sum, row) => sum + row[column]!, 0),
    )
    expect(Math.min(...predicted)).toBeGreaterThan(1000)
    expect((await run.client.models.version('income', 'champion')).version).toBe(1)
  })

  it('is refused where it has learned nothing', async () => {
    await using run = await runPipeline(income, { params: { train, test, trees: 1 } })
    expect(run.value('gate', 'passed')).toBe(false)
    expect(run.step('register').status).toBe('skipped')
  })
})
