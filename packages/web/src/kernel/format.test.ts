import { describe, expect, it } from 'vitest'
import {
  formatBytes,
  formatCell,
  formatCount,
  formatDifference,
  formatDuration,
  formatNumber,
  formatPercent,
  formatScore,
} from './format.ts'

const plain = (text: string) => text.replaceAll('\u00a0', ' ')

describe('formatNumber', () => {
  it.each([
    [0, '0'],
    [2.6789, '2.68'],
    [-0.70149, '−0.701'],
    [999.6, '1,000'],
    [12_345.6, '12,346'],
    [3_000_000, '3 M'],
    [2_954_321, '2.95 M'],
    [3.1e-7, '3.1 × 10⁻⁷'],
    [-4.27e-12, '−4.3 × 10⁻¹²'],
    [Number.NaN, '–'],
    [undefined, '–'],
  ])('writes %s as %s', (value, text) => expect(plain(formatNumber(value))).toBe(text))
})

describe('formatCount', () => {
  it('is exact up to 99,999', () => expect(formatCount(99_999)).toBe('99,999'))
  it('shortens what is larger', () => expect(plain(formatCount(126_431))).toBe('126 k'))
})

describe('formatPercent', () => {
  it.each([
    [0, '0 %'],
    [1, '100 %'],
    [0.0001, '< 0.1 %'],
    [0.9999, '> 99.9 %'],
    [0.995, '99.5 %'],
    [0.031, '3.1 %'],
    [0.81, '81 %'],
  ])('writes %s as %s', (fraction, text) => expect(plain(formatPercent(fraction))).toBe(text))
})

describe('formatDuration', () => {
  it.each([
    [0.41, '0.41 ms'],
    [519, '519 ms'],
    [3_140, '3.1 s'],
    [55_900, '55.9 s'],
    [130_000, '2 min 10 s'],
    [11_520_000, '3 h 12 min'],
    [7_200_000, '2 h'],
    [187_200_000, '2 d 4 h'],
  ])('writes %s ms as %s', (ms, text) => expect(plain(formatDuration(ms))).toBe(text))
})

describe('scores and cells', () => {
  it('keeps three decimals of a score', () => expect(formatScore(0.7)).toBe('0.700'))
  it('writes no sign before what rounds to nothing', () =>
    expect([formatScore(-0.0002), formatScore(-0.0006)]).toEqual(['0.000', '−0.001']))
  it('gives a difference its sign', () => {
    expect(formatDifference(0.008)).toBe('+0.008')
    expect(formatDifference(-0.0021)).toBe('−0.002')
  })
  it('writes bytes in decimal units', () => expect(plain(formatBytes(31_400_000))).toBe('31.4 MB'))
  it('writes any JSON on one line', () => {
    expect(formatCell({ a: [1, null] })).toBe('{"a":[1,null]}')
    expect(formatCell(null)).toBe('–')
    expect(formatCell(false)).toBe('false')
  })
})
