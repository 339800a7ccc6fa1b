import { describe, expect, it } from 'vitest'
import { smooth } from './smoothing.ts'

describe('smooth', () => {
  it('matches the corrected average of Adam by hand', () => {
    // (0.1·1)/(0.1), (0.9·0.1·1 + 0.1·2)/(1 − 0.9²), …
    expect(smooth([1, 2, 4], 0.9)).toEqual([
      expect.closeTo(1, 12),
      expect.closeTo((0.09 + 0.2) / 0.19, 12),
      expect.closeTo((0.081 + 0.18 + 0.4) / 0.271, 12),
    ])
  })

  it('leaves a constant as it is, and values as they are without weight', () => {
    expect(smooth([3, 3, 3], 0.99)).toEqual([expect.closeTo(3), expect.closeTo(3), expect.closeTo(3)])
    const values = [1, null, 2]
    expect(smooth(values, 0)).toBe(values)
  })

  it('keeps a gap', () => {
    expect(smooth([1, null, 1], 0.5)).toEqual([1, null, 1])
  })
})
