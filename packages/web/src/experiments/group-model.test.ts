import { describe, expect, it } from 'vitest'
import { fakeRun } from './fake-run.ts'
import { groupRuns, isLowerBetter } from './group-model.ts'

const runs = [
  fakeRun({ params: { depth: '3' }, metrics: { auc: 0.7, loss: 0.5 } }),
  fakeRun({ params: { depth: '3' }, metrics: { auc: 0.8, loss: 'NaN' }, status: 'failed' }),
  fakeRun({ params: { depth: '3' }, metrics: { loss: 0.7 } }),
  fakeRun({ params: { depth: '5' }, metrics: { auc: 0.9 } }),
  fakeRun(),
]

describe('groupRuns', () => {
  const groups = groupRuns(runs, { kind: 'param', key: 'depth' }, ['auc', 'loss'])

  it('counts the runs of each value, those without one among them, the largest group first', () => {
    expect(groups.map(({ value, runCount, failedCount }) => [value, runCount, failedCount])).toEqual([
      ['3', 3, 1],
      ['5', 1, 0],
      [undefined, 1, 0],
    ])
  })

  it('takes mean and best over the numbers that are there', () => {
    expect(groups[0]?.metrics.get('auc')).toMatchObject({ mean: 0.75, best: 0.8, count: 2 })
    expect(groups[0]?.metrics.get('loss')).toMatchObject({ mean: 0.6, best: 0.5, count: 2 })
    expect(groups[2]?.metrics.size).toBe(0)
  })

  it('takes the lowest loss and the highest score for the best', () => {
    expect(['val_loss', 'RMSE', 'test/mae'].every(isLowerBetter)).toBe(true)
    expect(['auc', 'accuracy', 'precision'].some(isLowerBetter)).toBe(false)
  })
})
