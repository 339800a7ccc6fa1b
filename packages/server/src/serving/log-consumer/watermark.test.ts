import { describe, expect, it } from 'vitest'
import { observeEventTime, type WatermarkState } from './watermark.ts'

const DAY = 86_400_000
const LAST_YEAR = 300 * DAY
const TODAY = 700 * DAY

const after = (times: readonly number[], state?: WatermarkState): WatermarkState =>
  times.reduce<WatermarkState | undefined>(observeEventTime, state)!
const many = (count: number, from: number, step = 1000) => Array.from({ length: count }, (_, i) => from + i * step)

describe('observeEventTime', () => {
  it('follows the latest event, whatever comes late', () => {
    expect(after([5, 9, 7]).at).toBe(9)
    expect(after(many(50, LAST_YEAR, DAY)).at).toBe(LAST_YEAR + 49 * DAY)
  })

  it('is not moved by a few events of another time', () => {
    const tried = after([...many(10, LAST_YEAR), ...many(19, TODAY), LAST_YEAR + 20_000, ...many(19, TODAY)])
    expect(tried.at).toBe(LAST_YEAR + 20_000)
  })

  it('moves where the events have moved, forward and back', () => {
    const moved = after([...many(10, LAST_YEAR), ...many(25, TODAY)])
    expect(moved.at).toBe(TODAY + 24_000)
    expect(after(many(20, LAST_YEAR), moved).at).toBe(LAST_YEAR + 19_000)
  })
})
