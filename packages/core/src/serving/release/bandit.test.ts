import { describe, expect, it } from 'vitest'
import fixture from '../../../../../tests/reference/releases.json' with { type: 'json' }
import { momentsOf, momentsOfShare } from '../../statistics/index.ts'
import { type BanditPolicy, banditPolicySchema } from '../release-policy.ts'
import { type BanditQuestion, banditState, banditStateSchema } from './bandit.ts'
import { addedArm, type BanditArm, banditArmOf, forgottenArm, meanReward } from './bandits/bandit-arm.ts'

const policyOf = (settings: Partial<BanditPolicy> = {}) => ({
  ...banditPolicySchema.parse({ arms: [{ model: 'simulated@2' }], minimumShare: 0 }),
  ...settings,
})
const share = (version: number, successes: number, n: number, pending = 0) =>
  banditArmOf(version, momentsOfShare(successes, n), pending)
const sharesOf = (arms: readonly BanditArm[], settings?: Partial<BanditPolicy>, horizon?: number) => {
  const question: BanditQuestion = { policy: policyOf(settings), arms, ...(horizon !== undefined && { horizon }) }
  return banditState(question).arms.map((arm) => arm.share)
}

describe('the chance to be best', () => {
  it.each(fixture.bandits)('and the expected loss match adaptive quadrature of SciPy: $arms', (sample) => {
    const arms = sample.arms.map(([rewardCount, rewardSum, rewardSquares], version) => ({
      version,
      pending: 0,
      rewardCount: rewardCount!,
      rewardSum: rewardSum!,
      rewardSquares: rewardSquares!,
    }))
    const state = banditState({ policy: policyOf(), arms })
    const spread = Math.max(...sample.expectedLoss)
    for (const [i, arm] of state.arms.entries()) {
      expect(Math.abs(arm.probabilityBest - sample.probabilityBest[i]!)).toBeLessThan(5e-4)
      expect(Math.abs(arm.expectedLoss - sample.expectedLoss[i]!)).toBeLessThan(5e-3 * spread)
    }
  })
})

describe('banditState', () => {
  it('shares traffic by Thompson sampling as the arms are believed to be best', () => {
    const state = banditState({ policy: policyOf(), arms: [share(1, 50, 100), share(2, 60, 100)] })
    expect(state.arms.map((arm) => arm.share)).toEqual(state.arms.map((arm) => arm.probabilityBest))
    expect(banditStateSchema.parse(state)).toEqual(state)
  })

  it.each(['thompson', 'ucb1', 'epsilon-greedy'] as const)(
    '%s begins with equal shares and keeps the minimum',
    (algorithm) => {
      const fresh = sharesOf([share(1, 0, 0), share(2, 0, 0), share(3, 0, 0)], { algorithm }, 999)
      for (const part of fresh) expect(part).toBeCloseTo(1 / 3, 2)
      const late = sharesOf([share(1, 100, 1000), share(2, 900, 1000)], { algorithm, minimumShare: 0.05 }, 100)
      expect(Math.min(...late)).toBeGreaterThanOrEqual(0.05)
      expect(late[0]! + late[1]!).toBeCloseTo(1, 12)
      expect(late[1]!).toBeGreaterThan(0.8)
    },
  )

  it('gives everything an equal share where the minimum leaves no choice', () => {
    expect(sharesOf([share(1, 1, 9), share(2, 8, 9)], { minimumShare: 0.5 })).toEqual([0.5, 0.5])
  })

  it('ucb1 counts what is awaited: an arm is not named again and again before its first reward', () => {
    const arms = [share(1, 50, 100), share(2, 0, 0, 100)]
    const shares = sharesOf(arms, { algorithm: 'ucb1' }, 50)
    expect(shares[0]!).toBeGreaterThan(0.5)
    const unaware = sharesOf([arms[0]!, { ...arms[1]!, pending: 0 }], { algorithm: 'ucb1' }, 50)
    expect(unaware[1]!).toBeGreaterThan(shares[1]!)
  })

  it('takes rewards of any size, and their unit does not matter', () => {
    const values = (scale: number, shift: number) =>
      Float64Array.from({ length: 60 }, (_, i) => scale * ((i % 7) + shift))
    for (const algorithm of ['thompson', 'ucb1'] as const) {
      const [cents, euros] = [100, 1].map((scale) =>
        sharesOf([banditArmOf(1, momentsOf(values(scale, 0))), banditArmOf(2, momentsOf(values(scale, 1)))], {
          algorithm,
        }),
      )
      expect(cents![1]).toBeCloseTo(euros![1]!, 6)
      expect(cents![1]).toBeGreaterThan(0.6)
    }
  })

  it('is decided when one arm is surely best, enough so, and often enough rewarded', () => {
    const arms = [share(1, 400, 1000), share(2, 600, 1000)]
    expect(banditState({ policy: policyOf(), arms })).toMatchObject({ verdict: 'winner', best: 2 })
    expect(banditState({ policy: policyOf({ minimumRewards: 2000 }), arms }).verdict).toBe('running')
    const close = [share(1, 5000, 10_000), share(2, 5100, 10_000)]
    expect(banditState({ policy: policyOf(), arms: close }).verdict).toBe('running')
    expect(banditState({ policy: policyOf({ stopAt: 0.9 }), arms: close }).verdict).toBe('winner')
    expect(banditState({ policy: policyOf({ stopAt: 0.9, maximumExpectedLoss: 1e-6 }), arms: close }).verdict).toBe(
      'running',
    )
  })

  it('keeps its head where all rewards are alike', () => {
    const same = [7, 7, 7].map((mean, version) => banditArmOf(version, { n: 50, mean, squaredDeviations: 0 }))
    for (const part of sharesOf(same)) expect(part).toBeCloseTo(1 / 3, 3)
  })

  it('refuses to share among no arms', () => {
    expect(() => banditState({ policy: policyOf(), arms: [] })).toThrow(/at least one arm/)
  })
})

describe('an arm', () => {
  it('forgets, and adds up', () => {
    const arm = addedArm(forgottenArm(share(1, 50, 100, 7), 0.5), share(1, 30, 50, 3))
    expect(arm).toMatchObject({ rewardCount: 100, pending: 10 })
    expect(meanReward(arm)).toBeCloseTo(0.55, 12)
    expect(meanReward(share(1, 0, 0))).toBeUndefined()
  })
})
