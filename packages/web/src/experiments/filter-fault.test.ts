import { describe, expect, it } from 'vitest'
import { filterFault } from './filter-fault.ts'

describe('filterFault', () => {
  it('points at the token', () => {
    expect(filterFault('metrics.auc ~ 3')).toMatchObject({ before: 'metrics.auc ', token: '~', after: ' 3' })
    expect(filterFault('statsu = 3')).toMatchObject({ before: '', token: 'statsu', hint: 'Did you mean "status"?' })
  })

  it('points behind the text where something is missing', () => {
    expect(filterFault('metrics.auc >')).toMatchObject({ before: 'metrics.auc >', token: ' ', after: '' })
  })

  it('has nothing to say about a good one', () => {
    expect(filterFault("metrics.precision > 0.6 and params.depth='3'")).toBeUndefined()
    expect(filterFault('')).toBeUndefined()
  })
})
