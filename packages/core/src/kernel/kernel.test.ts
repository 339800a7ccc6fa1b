import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  canonicalJson,
  createIdFactory,
  createRng,
  digestOf,
  digestOfJson,
  durationMs,
  idSchema,
  RegiaError,
  shuffled,
  windowStart,
} from './index.ts'

describe('canonicalJson', () => {
  it('gives equal texts for equal values, whatever the order of their keys', () => {
    expect(canonicalJson({ b: 1, a: [true, null, 'ü'], c: undefined })).toBe('{"a":[true,null,"ü"],"b":1}')
    expect(canonicalJson({ a: [true, null, 'ü'], b: 1 })).toBe(canonicalJson({ b: 1, a: [true, null, 'ü'] }))
  })

  it('prints numbers as RFC 8785 lists them', () => {
    expect(canonicalJson([1e21, 1e-7, -0, 333333333.3333333, 4.5, 0.002])).toBe(
      '[1e+21,1e-7,0,333333333.3333333,4.5,0.002]',
    )
  })

  it('refuses what JSON cannot hold, and says where', () => {
    const cycle: Record<string, unknown> = {}
    cycle.self = cycle
    for (const [value, where] of [
      [{ a: [Number.NaN] }, '$.a[0]'],
      [{ f: () => 0 }, '$.f'],
      [cycle, '$.self'],
    ] as const) {
      expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', where }))
    }
  })
})

describe('digestOf', () => {
  it('matches the digest that Node computes', () => {
    for (const text of ['', 'abc', 'ü'.repeat(10_000)]) {
      expect(digestOf(text)).toBe(`sha256:${createHash('sha256').update(text).digest('hex')}`)
    }
  })

  it('does not depend on the order of keys', () => {
    expect(digestOfJson({ x: 1, y: 2 })).toBe(digestOfJson({ y: 2, x: 1 }))
  })
})

describe('createIdFactory', () => {
  const bytes = (count: number) => Uint8Array.from({ length: count }, (_, i) => i * 7)

  it('makes ids that sort by the time they were made', () => {
    const ids = [1_000, 2_000, Date.parse('2026-11-22'), Date.parse('2190-01-01')].map((ms) =>
      createIdFactory(() => ms, bytes)('run'),
    )
    expect([...ids].sort()).toEqual(ids)
  })

  it('makes ids that their schema accepts, and only that of their kind', () => {
    const id = createIdFactory(() => 1, bytes)('run')
    expect(idSchema('run').safeParse(id).success).toBe(true)
    expect(idSchema('alert').safeParse(id).success).toBe(false)
    expect(idSchema('run').safeParse('run_../../etc').success).toBe(false)
  })
})

describe('createRng', () => {
  it('repeats its sequence for a seed, and differs for near-by seeds', () => {
    const first = (seed: number) => Array.from({ length: 5 }, createRng(seed).next)
    expect(first(1)).toEqual(first(1))
    expect(first(1)).not.toEqual(first(2))
  })

  it('is uniform: chi-square of 100,000 draws in 100 bins stays under its 0.9999 quantile', () => {
    const rng = createRng('uniform')
    const counts = new Array<number>(100).fill(0)
    for (let i = 0; i < 100_000; i++) counts[rng.integer(100)]!++
    const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
    expect(chiSquare).toBeLessThan(160)
  })

  it('draws normals with mean 0 and variance 1', () => {
    const rng = createRng(3)
    const draws = Array.from({ length: 50_000 }, rng.normal)
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length
    expect(Math.abs(mean)).toBeLessThan(0.02)
    expect(Math.abs(variance - 1)).toBeLessThan(0.03)
  })

  it('shuffles without losing or doubling anything', () => {
    const items = Array.from({ length: 1000 }, (_, i) => i)
    const mixed = shuffled(items, createRng(5))
    expect(mixed).not.toEqual(items)
    expect([...mixed].sort((a, b) => a - b)).toEqual(items)
  })
})

describe('time', () => {
  it('reads durations and refuses others', () => {
    expect(['500ms', '90s', '30m', '2h', '1d', '1w'].map(durationMs)).toEqual([
      500, 90_000, 1_800_000, 7_200_000, 86_400_000, 604_800_000,
    ])
    for (const text of ['', '1', '1.5h', '-1h', '1y', 'h'])
      expect(() => durationMs(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
  })

  it('aligns windows to 1970, before it as well', () => {
    expect(windowStart(Date.parse('2001-04-01T13:59:59Z'), 86_400_000)).toBe(Date.parse('2001-04-01'))
    expect(windowStart(-1, 1000)).toBe(-1000)
  })
})

describe('RegiaError', () => {
  it('crosses a process boundary whole', () => {
    const error = new RegiaError('COLUMN_MISSING', 'No column "age".', {
      hint: 'Did you mean "ages"?',
      where: 'row 3',
      data: { column: 'age' },
    })
    expect(RegiaError.fromBody(JSON.parse(JSON.stringify(error.toBody()))).toBody()).toEqual(error.toBody())
  })
})
