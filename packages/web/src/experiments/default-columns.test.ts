import { describe, expect, it } from 'vitest'
import { defaultColumns, rankedParams, triedParams } from './default-columns.ts'
import { fakeRun } from './fake-run.ts'

const keys = (...names: readonly string[]) => names.map((key, i) => ({ key, runCount: 10 - i }))
const fields = {
  metrics: keys('system/cpu', 'auc', 'loss'),
  params: keys('bootstrap', 'ccp_alpha', 'max_depth', 'verbose'),
  tags: [],
}
const sample = ['2', '4', '8'].map((depth) => fakeRun({ params: { bootstrap: 'True', max_depth: depth } }))

describe('the columns that are shown first', () => {
  it('have what was tried before what is always the same', () => {
    expect(rankedParams(fields, sample)).toEqual(['max_depth', 'bootstrap', 'ccp_alpha', 'verbose'])
    expect(triedParams(fields, sample)).toEqual(['max_depth'])
    expect(triedParams(fields, [])).toHaveLength(4)
  })

  it('leave the machine out, and name the experiment where there are several', () => {
    const columns = defaultColumns(fields, sample, true)
    expect(columns.slice(0, 4)).toEqual(['experiment', 'started', 'duration', 'params.max_depth'])
    expect(columns.slice(-2)).toEqual(['metrics.auc', 'metrics.loss'])
  })

  it('are few where nothing is known', () => {
    expect(defaultColumns(undefined, [], false)).toEqual(['started', 'duration'])
  })
})
