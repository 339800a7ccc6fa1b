import { describe, expect, it } from 'vitest'
import { boxes } from './box-model.ts'
import { fakeRun } from './fake-run.ts'
import { runValue, scaleOf } from './run-value.ts'

const runs = [1, 2, 3, 4, 5, 9].map((auc) => fakeRun({ params: { depth: '10' }, metrics: { auc } }))

describe('boxes', () => {
  it('has quartiles, whiskers within 1.5 boxes, and the rest as outliers', () => {
    // R: boxplot.stats uses hinges; quantile(type = 7) of 1, 2, 3, 4, 5, 9 is 2.25, 3.5, 4.75: the fence is at 8.5.
    const [box] = boxes(runs, { kind: 'param', key: 'depth' }, { kind: 'metric', key: 'auc' })
    expect(box).toEqual({
      value: '10',
      count: 6,
      low: 1,
      lower: 2.25,
      median: 3.5,
      upper: 4.75,
      high: 5,
      outliers: [9],
    })
  })

  it('stand in the order of numbers, and leave out runs without either value', () => {
    const mixed = ['10', '9', '2'].map((depth) => fakeRun({ params: { depth }, metrics: { auc: 1 } }))
    const drawn = boxes([...mixed, fakeRun()], { kind: 'param', key: 'depth' }, { kind: 'metric', key: 'auc' })
    expect(drawn.map(({ value }) => value)).toEqual(['2', '9', '10'])
  })
})

describe('runValue', () => {
  it('reads numbers from params and leaves texts', () => {
    const run = fakeRun({ params: { a: '1e-3', b: 'adam', c: ' ' }, metrics: { m: 'NaN' } })
    const read = (key: string) => runValue(run, { kind: 'param', key })
    expect([read('a'), read('b'), read('c'), read('none')]).toEqual([0.001, 'adam', ' ', undefined])
    expect(runValue(run, { kind: 'metric', key: 'm' })).toBeUndefined()
  })

  it('makes categories as soon as one value is a text', () => {
    expect(scaleOf([1, 2, undefined])).toEqual({ isNumber: true, categories: [] })
    expect(scaleOf([10, 'b', 2])).toEqual({ isNumber: false, categories: ['2', '10', 'b'] })
  })
})
