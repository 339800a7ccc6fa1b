import { describe, expect, it } from 'vitest'
import { createRng } from '../../kernel/index.ts'
import { chiSquareContingency, chiSquareSurvival } from '../../statistics/index.ts'
import { assignShare, chooseRoute } from './assign.ts'

const UNITS = Array.from({ length: 20_000 }, (_, i) => `AA${i}`)

const bin = (u: number, bins: number) => Math.floor(u * bins)

describe('assignShare', () => {
  it('spreads units evenly over [0, 1)', () => {
    const counts = new Array<number>(100).fill(0)
    for (const unit of UNITS) counts[bin(assignShare('delays-17', unit), 100)]!++
    const expected = UNITS.length / 100
    const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    expect(chiSquareSurvival(statistic, 99)).toBeGreaterThan(0.001)
  })

  it.each([
    ['delays-17', 'delays-18'],
    ['a', 'b'],
    ['x', 'x1'],
  ])('places units independently under the salts %s and %s', (first, second) => {
    const table = Array.from({ length: 10 }, () => new Array<number>(10).fill(0))
    for (const unit of UNITS) table[bin(assignShare(first, unit), 10)]![bin(assignShare(second, unit), 10)]!++
    expect(chiSquareContingency(table).pValue).toBeGreaterThan(0.001)
  })

  it('keeps a unit where it is, in any script', () => {
    expect(assignShare('delays-17', 'AA1042')).toBe(assignShare('delays-17', 'AA1042'))
    expect(assignShare('s', '客户-7')).not.toBe(assignShare('s', '客户-8'))
  })
})

const sharesOf = (routes: readonly { share: number }[], draws = 100_000) => {
  const counts = routes.map(() => 0)
  for (let i = 0; i < draws; i++) counts[chooseRoute(routes, (i + 0.5) / draws)]!++
  return counts.map((count) => count / draws)
}

describe('chooseRoute', () => {
  it.each([
    [[1]],
    [[0.9, 0.1]],
    [[0, 1]],
    [[0.5, 0.3, 0.2]],
    [[0.2, 0.6, 0.2]],
    [[0.05, 0.05, 0.9]],
    [[0, 0.7, 0.2, 0.1]],
    [[0.25, 0.5, 0, 0.25]],
  ])('gives each route its share: %j', (shares) => {
    const found = sharesOf(shares.map((share) => ({ share })))
    for (const [i, share] of shares.entries()) expect(found[i]).toBeCloseTo(share, 4)
  })

  it('gives any random shares to their routes', () => {
    const rng = createRng('shares')
    for (let run = 0; run < 50; run++) {
      const weights = Array.from({ length: 2 + rng.integer(6) }, () => rng.next() ** 3)
      const total = weights.reduce((sum, weight) => sum + weight, 0)
      const routes = weights.map((weight) => ({ share: weight / total }))
      const found = sharesOf(routes, 20_000)
      for (const [i, { share }] of routes.entries()) expect(Math.abs(found[i]! - share)).toBeLessThan(0.001)
    }
  })

  it('moves units from the control to a growing canary, and none back', () => {
    for (const unit of UNITS.slice(0, 2000)) {
      const u = assignShare('ramp', unit)
      const path = [0.01, 0.05, 0.25, 0.5, 1].map((share) => chooseRoute([{ share: 1 - share }, { share }], u))
      expect(path).toEqual([...path].sort())
    }
  })

  it('moves no unit between arms while one of several grows', () => {
    for (const unit of UNITS.slice(0, 2000)) {
      const u = assignShare('ramp', unit)
      const path = [0.05, 0.2, 0.5, 0.7].map((share) =>
        chooseRoute([{ share: 0.8 - share }, { share: 0.2 }, { share }], u),
      )
      const moves = path.slice(1).map((route, i) => [path[i], route])
      for (const [from, to] of moves) expect(from === to || (from === 0 && to === 2)).toBe(true)
    }
  })

  it('refuses to choose from nothing', () => {
    expect(() => chooseRoute([], 0.5)).toThrow(/no route/)
  })
})
