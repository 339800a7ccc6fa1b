import { describe, expect, it } from 'vitest'
import { type BanditSimulation, simulateBandit } from './bandit-traffic.ts'

const RATES = [0.1, 0.12, 0.15]
const [UPDATES, BATCH, RUNS] = [100, 200, 6]

/** Mean regret by update, over seeded runs. */
function meanRegret(settings: Pick<BanditSimulation, 'algorithm' | 'longestDelay' | 'missing'>): number[] {
  const mean = new Array<number>(UPDATES).fill(0)
  for (let run = 0; run < RUNS; run++) {
    const simulation = { seed: `run ${run}`, rates: () => RATES, updates: UPDATES, batch: BATCH, ...settings }
    for (const [i, regret] of simulateBandit(simulation).regret.entries()) mean[i]! += regret / RUNS
  }
  return mean
}

const gaps = RATES.map((rate) => 0.15 - rate)
/** What sharing alike costs. */
const uniform = (update: number) => ((update + 1) * BATCH * gaps.reduce((sum, gap) => sum + gap, 0)) / RATES.length

const divergence = (p: number, q: number) => p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q))
/** Lai and Robbins (1985): Σ gap / KL · ln t, which no algorithm that works on all arms stays below for ever. */
const laiRobbins = (t: number) =>
  RATES.slice(0, 2).reduce((sum, rate, i) => sum + gaps[i]! / divergence(rate, 0.15), 0) * Math.log(t)
/** Auer, Cesa-Bianchi and Fischer (2002), theorem 1: what UCB1 stays below. */
const ucb1Bound = (t: number) =>
  gaps.slice(0, 2).reduce((sum, gap) => sum + (8 * Math.log(t)) / gap + (1 + Math.PI ** 2 / 3) * gap, 0)

const DELAYS = [
  { longestDelay: 0, missing: 0 },
  { longestDelay: 10, missing: 0.2 },
] as const

describe.each(DELAYS)('with rewards up to $longestDelay updates late, $missing of them missing', (delay) => {
  it.each(['thompson', 'ucb1', 'epsilon-greedy'] as const)(
    'the regret of %s grows ever more slowly, below that of equal shares',
    (algorithm) => {
      const regret = meanRegret({ algorithm, ...delay })
      const [half, whole] = [regret[UPDATES / 2 - 1]!, regret[UPDATES - 1]!]
      expect(whole - half).toBeLessThan(0.8 * half)
      expect(whole).toBeLessThan(0.6 * uniform(UPDATES - 1))
      expect(whole).toBeLessThan(ucb1Bound(UPDATES * BATCH))
    },
  )
})

describe('Thompson sampling', () => {
  it('stays about the bound of Lai and Robbins', () => {
    const regret = meanRegret({ algorithm: 'thompson', longestDelay: 0, missing: 0 })
    // The minimum share of 1 % for each arm costs this much more.
    const floor = 0.01 * UPDATES * BATCH * (gaps[0]! + gaps[1]!)
    expect(regret[UPDATES - 1]).toBeLessThan(laiRobbins(UPDATES * BATCH) + floor)
  })

  it('follows rewards that change when it forgets, and is late when it does not', () => {
    const shareOfBest = (discount: number) => {
      let share = 0
      for (let run = 0; run < RUNS; run++) {
        const { shares } = simulateBandit({
          seed: `change ${run}`,
          algorithm: 'thompson',
          rates: (update) => (update < 80 ? [0.15, 0.1] : [0.1, 0.15]),
          updates: 120,
          batch: BATCH,
          longestDelay: 2,
          missing: 0,
          settings: { discount, minimumShare: 0.05 },
        })
        share += shares.at(-1)![1]! / RUNS
      }
      return share
    }
    expect(shareOfBest(0.95)).toBeGreaterThan(0.8)
    expect(shareOfBest(1)).toBeLessThan(0.6)
  })

  it('ends with the best arm, and says so', () => {
    let right = 0
    for (let run = 0; run < RUNS; run++) {
      const rates = () => [0.1, 0.2]
      const { last } = simulateBandit({
        seed: `end ${run}`,
        algorithm: 'thompson',
        rates,
        updates: 60,
        batch: BATCH,
        longestDelay: 5,
        missing: 0.1,
      })
      if (last.verdict === 'winner' && last.best === 1) right++
    }
    expect(right).toBeGreaterThanOrEqual(5)
  })
})
