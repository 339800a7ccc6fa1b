import type { MetricCurve } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { nearestIndex } from './line-tooltip.ts'
import { linesTable, metricLines } from './metric-lines.ts'

const curve: MetricCurve = {
  run: 'b',
  key: 'loss',
  pointCount: 4_000,
  isReduced: true,
  x: [0, 1, 2, 3],
  value: [2, 'NaN', -1, 'Infinity'],
  min: [1, null, -2, 0],
  max: [3, null, 0, 'Infinity'],
}
const names = new Map([
  ['a', 'first'],
  ['b', 'second'],
])

describe('metricLines', () => {
  it('leaves a gap where a number went astray', () => {
    const [line] = metricLines([curve], { weight: 0, isLog: false, names })
    expect(line).toMatchObject({ name: 'second', place: 1, value: [2, null, -1, null] })
    expect(line?.band).toEqual({ low: [1, null, -2, 0], high: [3, null, 0, null] })
  })

  it('leaves a gap on a log scale where it has no place', () => {
    const [line] = metricLines([curve], { weight: 0, isLog: true, names })
    expect(line?.value).toEqual([2, null, null, null])
    expect(line?.band?.low).toEqual([1, null, null, null])
  })

  it('tells its numbers in a table', () => {
    const lines = metricLines([curve, { ...curve, run: 'a', x: [], value: [] }], { weight: 0, isLog: false, names })
    const table = linesTable(lines, 'step')
    expect(table.columns).toEqual(['run', 'step', 'value', 'least', 'greatest'])
    expect(table.rows[0]).toEqual(['second', 0, 2, 1, 3])
    expect(table.rows).toHaveLength(4)
  })
})

describe('nearestIndex', () => {
  it.each([
    [-5, 0],
    [0.4, 0],
    [0.6, 1],
    [2.9, 2],
    [99, 2],
  ])('finds the point nearest to %d', (x, index) => expect(nearestIndex([0, 1, 3], x)).toBe(index))
})
