import { describe, expect, it } from 'vitest'
import { isShort, nextPageSize } from './page-size.ts'

describe('the size of a page', () => {
  it('is small at first, then grows with what is there', () => {
    expect(nextPageSize(0, 0)).toBe(100)
    expect(nextPageSize(100, 90)).toBe(100)
    expect(nextPageSize(800, 790)).toBe(800)
    expect(nextPageSize(9_000, 8_990)).toBe(1_000)
  })

  it('reaches a far row in few steps', () => {
    let loaded = 0
    let steps = 0
    for (; isShort(loaded, 99_000); steps++) loaded += nextPageSize(loaded, 99_000)
    expect(steps).toBeLessThan(25)
  })
})
