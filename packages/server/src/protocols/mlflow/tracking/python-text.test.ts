import { describe, expect, it } from 'vitest'
import { pythonFloat, pythonText } from './python-text.ts'

describe('text as Python shows it', () => {
  it.each([
    ['a', "'a'"],
    ["it's", `"it's"`],
    [`"it's"`, `'"it\\'s"'`],
    ['a\\b', "'a\\\\b'"],
    ['a\nb', "'a\\nb'"],
  ])('quotes %j', (text, shown) => expect(pythonText(text)).toBe(shown))
})

describe('numbers as Python shows them', () => {
  it.each([
    [9, '9.0'],
    [-0, '-0.0'],
    [0.1, '0.1'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [1.5e-5, '1.5e-05'],
    [0.0001, '0.0001'],
    [1e300, '1e+300'],
    [Number.NaN, 'nan'],
    [Number.NEGATIVE_INFINITY, '-inf'],
  ])('writes %d', (value, shown) => expect(pythonFloat(value)).toBe(shown))
})
