import { describe, expect, it } from 'vitest'
import { createRng, type Rng } from '../kernel/index.ts'
import { promotionRuleSchema } from '../serving/index.ts'
import { decideRelease, type ScorePairs } from './index.ts'

const rule = promotionRuleSchema.parse({ minimumPairs: 500, maximumPairs: 4000 })

/** Two models that share most of what they know; `gain` is how much more signal the challenger has. */
function pairsOf(rng: Rng, n: number, gain: number): ScorePairs {
  const labels = Uint8Array.from({ length: n }, () => (rng.next() < 0.2 ? 1 : 0))
  const shared = Float64Array.from({ length: n }, () => rng.normal())
  const scores = (strength: number) => shared.map((value, i) => value + strength * labels[i]! + 0.4 * rng.normal())
  return { labels, champion: scores(0.9), challenger: scores(0.9 + gain) }
}

const taken = ({ labels, champion, challenger }: ScorePairs, n: number): ScorePairs => ({
  labels: labels.subarray(0, n),
  champion: champion.subarray(0, n),
  challenger: challenger.subarray(0, n),
})

describe('decideRelease', () => {
  it('waits for enough pairs', () => {
    const decision = decideRelease(pairsOf(createRng(1), 499, 1), rule)
    expect(decision).toMatchObject({
      verdict: 'waiting',
      n: 499,
      reason: '499 labelled pairs so far; the next look is at 500.',
    })
    expect(
      decideRelease(
        { labels: new Uint8Array(600), champion: new Float64Array(600), challenger: new Float64Array(600) },
        rule,
      ).verdict,
    ).toBe('waiting')
  })

  it('promotes what is better and refuses what is worse', () => {
    const better = decideRelease(pairsOf(createRng(2), 4000, 0.3), rule)
    expect(better.verdict).toBe('promote')
    expect(better.interval!.lower).toBeGreaterThan(rule.minimumDifference)
    expect(decideRelease(pairsOf(createRng(3), 4000, -0.3), rule)).toMatchObject({ verdict: 'refuse' })
  })

  it('refuses when the pairs run out without proof', () => {
    const strict = { ...rule, minimumDifference: 0.05 }
    const undecided = decideRelease(pairsOf(createRng(4), 4000, 0.22), strict)
    expect(undecided).toMatchObject({ verdict: 'refuse', n: 4000 })
  })

  it('gives the same answer however often it is asked', () => {
    const pairs = pairsOf(createRng(5), 4000, 0.05)
    const final = decideRelease(pairs, rule)
    for (let n = final.n; n <= 4000; n += 333) expect(decideRelease(taken(pairs, n), rule)).toEqual(final)
  })

  it('seldom promotes what is worse than allowed, although it looks again and again', () => {
    let promoted = 0
    const rng = createRng('peeking')
    // Equal models against a demand of +0: every promotion is a mistake. 2.5 % one-sided of 400 is 10; 99 % range up to 19.
    for (let trial = 0; trial < 400; trial++) {
      const pairs = pairsOf(rng, 2000, 0)
      if (decideRelease(pairs, { ...rule, minimumDifference: 0, maximumPairs: 2000 }).verdict === 'promote') promoted++
    }
    expect(promoted).toBeLessThanOrEqual(19)
  })

  it('refuses a challenger that learned from permuted labels', () => {
    const { labels, champion } = pairsOf(createRng(6), 4000, 0)
    const challenger = champion.map(() => createRng(7).next())
    expect(decideRelease({ labels, champion, challenger }, rule).verdict).toBe('refuse')
  })
})
