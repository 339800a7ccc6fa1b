import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fromFloat16, toFloat16 } from './float16.ts'

const reference: { readonly float16: readonly (readonly [number, number])[] } = JSON.parse(
  readFileSync(new URL('../../../../../tests/reference/optimise/expected.json', import.meta.url), 'utf8'),
)

describe('toFloat16', () => {
  it('rounds as NumPy does', () => {
    expect(reference.float16.length).toBeGreaterThan(100)
    for (const [value, bits] of reference.float16) expect([value, toFloat16(value)]).toEqual([value, bits])
    expect(toFloat16(Number.NaN) & 0x7fff).toBeGreaterThan(0x7c00)
  })

  it('keeps what 16 bits say', () => {
    for (let bits = 0; bits < 2 ** 16; bits++) {
      const value = fromFloat16(bits)
      if (!Number.isNaN(value)) expect(toFloat16(value)).toBe(bits)
    }
  })
})
