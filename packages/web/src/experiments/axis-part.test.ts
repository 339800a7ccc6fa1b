import { describe, expect, it } from 'vitest'
import { axisPart } from './axis-part.ts'

describe('axisPart', () => {
  it('is what was drawn over, in either direction', () => {
    expect(axisPart([100, 200], [50, 250], [0, 1_000])).toEqual([250, 750])
    expect(axisPart([200, 100], [50, 250], [0, 1_000])).toEqual([250, 750])
  })

  it('ends where the axis does', () => {
    expect(axisPart([0, 400], [50, 250], [10, 20])).toEqual([10, 20])
  })
})
