import { describe, expect, it } from 'vitest'
import { experimentsOf, layoutOf, runsRequest, scopeOf } from './run-request.ts'

describe('the request of a view', () => {
  it('asks for the runs of the path and of those beside it', () => {
    expect(experimentsOf('3', '4,3')).toEqual(['3', '4'])
    expect(experimentsOf('all', undefined)).toBeUndefined()
    expect(experimentsOf('all', '4,5')).toEqual(['4', '5'])
  })

  it('nests children until there is a filter, or somebody says otherwise', () => {
    expect(scopeOf('3', {})).toEqual({ experiments: ['3'], parent: 'none' })
    expect(scopeOf('3', { filter: 'metrics.a > 1' })).toEqual({ experiments: ['3'], filter: 'metrics.a > 1' })
    expect(layoutOf({ filter: 'metrics.a > 1', layout: 'nested' })).toBe('nested')
  })

  it('shows every deleted run, for its parent may still be there', () => {
    expect(scopeOf('3', { lifecycle: 'deleted' })).toEqual({ experiments: ['3'], lifecycle: 'deleted' })
  })

  it('selects the values of its columns only', () => {
    expect(runsRequest({}, '-metrics.auc', ['started', 'metrics.auc', 'params.a b', 'metrics.auc'])).toEqual({
      orderBy: ['metrics.auc DESC'],
      select: { metrics: ['auc'], params: ['a b'], tags: [] },
    })
  })
})
