import { describe, expect, it } from 'vitest'
import { mapEdges, mapShares } from './map-model.ts'

const map = { total: 10, waiting: 2, running: 1, succeeded: 4, cached: 0, failed: 3, slowestMs: 80 }

describe('a mapped step', () => {
  it('has an edge on each side of every slot of its durations', () => {
    expect(mapEdges({ ...map, durations: [1, 2, 3, 1] })).toEqual([0, 20, 40, 60, 80])
  })
  it('is shown as shares that add up, without the states that nothing is in', () => {
    const shares = mapShares({ ...map, durations: [] })
    expect(shares).toEqual([
      { state: 'succeeded', share: 0.4 },
      { state: 'failed', share: 0.3 },
      { state: 'running', share: 0.1 },
      { state: 'waiting', share: 0.2 },
    ])
    expect(mapShares({ ...map, total: 0, waiting: 0, running: 0, succeeded: 0, failed: 0, durations: [] })).toEqual([])
  })
})
