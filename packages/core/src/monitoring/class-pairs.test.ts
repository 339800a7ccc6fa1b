import { describe, expect, it } from 'vitest'
import fixture from '../../../../tests/reference/confusion.json' with { type: 'json' }
import { createRng, type Rng } from '../kernel/index.ts'
import { promotionRuleSchema } from '../serving/index.ts'
import { type ClassPairs, decideByClasses, pairedClasses } from './index.ts'

const CASES = fixture.paired.map(({ name, rows, metrics }) => {
  const each = rows.flatMap(([actual, champion, challenger, count]) =>
    Array.from({ length: Number(count) }, () => [String(actual), String(champion), String(challenger)] as const),
  )
  const pairs = {
    actual: each.map(([actual]) => actual),
    champion: each.map(([, champion]) => champion),
    challenger: each.map(([, , challenger]) => challenger),
  }
  return { name, pairs, metrics }
})

describe('pairedClasses', () => {
  it.each(CASES)(
    "has scikit-learn's values, and the jackknife's error of the difference: $name",
    ({ pairs, metrics }) => {
      for (const metric of ['macroF1', 'balancedAccuracy', 'accuracy'] as const) {
        const expected = metrics[metric]
        const found = pairedClasses(metric, pairs, 0.95)
        expect(found.champion).toBeCloseTo(expected.champion, 12)
        expect(found.challenger).toBeCloseTo(expected.challenger, 12)
        expect(found.difference).toBeCloseTo(expected.challenger - expected.champion, 12)
        expect(Math.abs(found.standardError / expected.jackknifeError - 1)).toBeLessThan(0.03)
      }
    },
  )
})

const CLASSES = ['a', 'b', 'rare'] as const
const rule = promotionRuleSchema.parse({ minimumPairs: 400, maximumPairs: 1600, minimumDifference: 0 })

/** Two models that err on the same rows in two of three cases. */
function pairsOf({ next }: Rng, n: number, champion: number, challenger: number): ClassPairs {
  const pairs = { actual: [] as string[], champion: [] as string[], challenger: [] as string[] }
  for (let row = 0; row < n; row++) {
    const u = next()
    const place = u < 0.5 ? 0 : u < 0.9 ? 1 : 2
    const wrong = (place + (next() < 0.5 ? 1 : 2)) % 3
    const common = next()
    const answer = (accuracy: number) => CLASSES[(next() < 2 / 3 ? common : next()) < accuracy ? place : wrong]!
    pairs.actual.push(CLASSES[place]!)
    pairs.champion.push(answer(champion))
    pairs.challenger.push(answer(challenger))
  }
  return pairs
}

describe('decideByClasses', () => {
  it('promotes what is better, refuses what is worse, and waits for enough pairs', () => {
    const better = decideByClasses(pairsOf(createRng(1), 1600, 0.75, 0.85), 'macroF1', rule)
    expect(better).toMatchObject({ verdict: 'promote', reason: expect.stringContaining(' macro F1 (') })
    expect(better.challengerValue! - better.championValue!).toBeCloseTo(better.difference!, 12)
    expect(decideByClasses(pairsOf(createRng(2), 1600, 0.85, 0.75), 'balancedAccuracy', rule).verdict).toBe('refuse')
    expect(decideByClasses(pairsOf(createRng(3), 399, 0.75, 0.85), 'macroF1', rule).verdict).toBe('waiting')
    const one = { actual: ['a', 'a'], champion: ['a', 'b'], challenger: ['a', 'a'] }
    expect(decideByClasses(one, 'macroF1', rule)).toMatchObject({ verdict: 'waiting', n: 2 })
  })

  it('seldom promotes what is not better, although it looks again and again', () => {
    const rng = createRng('peeking')
    let promoted = 0
    for (let trial = 0; trial < 200; trial++) {
      const verdict = decideByClasses(pairsOf(rng, 1600, 0.8, 0.8), 'macroF1', rule).verdict
      if (verdict === 'promote') promoted++
    }
    // 2.5 % one-sided of 200 is 5; three standard deviations more.
    expect(promoted).toBeLessThanOrEqual(11)
  })
})
