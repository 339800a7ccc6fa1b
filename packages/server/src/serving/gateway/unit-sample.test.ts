import { assignShare, createRng } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { UnitSample } from './unit-sample.ts'

describe('UnitSample', () => {
  it('counts entities, however often they ask', () => {
    const sample = new UnitSample('one')
    for (let i = 0; i < 1000; i++) sample.add(`busy ${i % 3}`, i % 3 === 0 ? 2 : 1)
    expect(sample.counts()).toEqual(
      new Map([
        [2, 1],
        [1, 2],
      ]),
    )
  })

  it('keeps the ratio of many entities in a sample that stays small', () => {
    const sample = new UnitSample('many')
    const rng = createRng('units')
    for (let i = 0; i < 60_000; i++) {
      const unit = `unit ${rng.integer(40_000)}`
      sample.add(unit, assignShare('many', unit) < 0.25 ? 2 : 1)
    }
    const counts = sample.counts()
    const all = (counts.get(1) ?? 0) + (counts.get(2) ?? 0)
    expect(all).toBeGreaterThan(3_000)
    expect(all).toBeLessThanOrEqual(8_192)
    expect(Math.abs((counts.get(2) ?? 0) / all - 0.25)).toBeLessThan(0.025)
  })
})
