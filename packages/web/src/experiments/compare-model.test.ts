import { describe, expect, it } from 'vitest'
import { commonMetrics, compareLines } from './compare-model.ts'
import { fakeRun } from './fake-run.ts'

const runs = [
  fakeRun({ params: { depth: '3', trees: '10' }, metrics: { auc: 0.7, loss: 0.4, 'system/cpu': 1 } }),
  fakeRun({ params: { depth: '5', trees: '10' }, metrics: { auc: 0.8, loss: 0.5 }, tags: { team: 'a' } }),
  fakeRun({ params: { depth: '3', trees: '10' }, metrics: { auc: 0.8, loss: 'NaN', only: 1 } }),
]
const lines = compareLines(runs)
const lineOf = (name: string) => lines.find((line) => line.name === name)

describe('compareLines', () => {
  it('puts what differs first, group by group', () => {
    const params = lines.filter(({ group }) => group === 'Params').map(({ name, isDifferent }) => [name, isDifferent])
    expect(params).toEqual([
      ['depth', true],
      ['trees', false],
    ])
  })

  it('names the best of a metric, the lowest of a loss', () => {
    expect(lineOf('auc')?.best).toEqual([1, 2])
    expect(lineOf('loss')?.best).toEqual([0])
    expect(lineOf('only')?.best).toEqual([])
  })

  it('sees a value that only some have, and one that went astray', () => {
    expect(lineOf('team')).toMatchObject({ isDifferent: true, values: [undefined, 'a', undefined] })
    expect(lineOf('loss')?.values[2]).toBe('NaN')
  })

  it('leaves the machine out', () => {
    expect(lineOf('system/cpu')).toBeUndefined()
    expect(commonMetrics(runs)).toEqual(['auc', 'loss'])
  })
})
