import {
  type BanditArm,
  type BanditPolicy,
  type BanditState,
  banditPolicySchema,
  banditState,
  createRng,
  forgottenArm,
  type Rng,
} from '@regia/core'

export type BanditSimulation = {
  readonly seed: string
  readonly algorithm: BanditPolicy['algorithm'] | 'uniform'
  /** The chance of a reward of each arm; changes of it, by update. */
  readonly rates: (update: number) => readonly number[]
  readonly updates: number
  /** Predictions between two updates. */
  readonly batch: number
  /** How many updates later a reward arrives, drawn evenly from 0 to this. */
  readonly longestDelay: number
  /** The share of rewards that never come. */
  readonly missing: number
  readonly settings?: Partial<BanditPolicy>
}

export type BanditRun = {
  /** What always choosing the best arm would have earned more, by update: expected, summed up. */
  readonly regret: readonly number[]
  readonly shares: readonly (readonly number[])[]
  readonly last: BanditState
}

/** One bandit whose rewards come late or never. What does not come within the longest delay is no longer awaited. */
export function simulateBandit(simulation: BanditSimulation): BanditRun {
  const { seed, algorithm, updates, rates, batch, longestDelay, settings = {} } = simulation
  const rng = createRng(seed)
  const policy: BanditPolicy = {
    ...banditPolicySchema.parse({ arms: [{ model: 'simulated@2' }], minimumShare: 0.01 }),
    ...(algorithm !== 'uniform' && { algorithm }),
    ...settings,
  }
  const count = rates(0).length
  let arms: BanditArm[] = Array.from({ length: count }, (_, version) => NO_REWARDS(version))
  const arrivals = Array.from({ length: updates + longestDelay + 1 }, () => new Array<BanditArm | undefined>(count))
  const regret: number[] = []
  const shares: (readonly number[])[] = []
  let total = 0
  let state = banditState({ policy, arms, horizon: batch })
  for (let update = 0; update < updates; update++) {
    const now = rates(update)
    const taken = algorithm === 'uniform' ? arms.map(() => 1 / count) : state.arms.map(({ share }) => share)
    for (let i = 0; i < batch; i++) {
      const arm = drawn(taken, rng)
      total += Math.max(...now) - now[arm]!
      const due = arrivals[update + rng.integer(longestDelay + 1)]!
      const isReward = rng.next() < now[arm]!
      const before = due[arm] ?? NO_REWARDS(arm)
      // One that never comes stops being awaited just as one that comes.
      due[arm] = rng.next() < simulation.missing ? awaited(before) : rewarded(before, isReward ? 1 : 0)
      arms[arm] = { ...arms[arm]!, pending: arms[arm]!.pending + 1 }
    }
    arms = arms.map((arm, i) => arrived(forgottenArm(arm, policy.discount), arrivals[update]![i]))
    state = banditState({ policy, arms, horizon: batch })
    regret.push(total)
    shares.push(taken)
  }
  return { regret, shares, last: state }
}

const NO_REWARDS = (version: number): BanditArm => ({
  version,
  pending: 0,
  rewardCount: 0,
  rewardSum: 0,
  rewardSquares: 0,
})

const awaited = (arm: BanditArm): BanditArm => ({ ...arm, pending: arm.pending + 1 })

const rewarded = (arm: BanditArm, reward: number): BanditArm => ({
  ...awaited(arm),
  rewardCount: arm.rewardCount + 1,
  rewardSum: arm.rewardSum + reward,
  rewardSquares: arm.rewardSquares + reward * reward,
})

/** What came of an arm's awaited rewards, and what of them never will. */
const arrived = (arm: BanditArm, due: BanditArm | undefined): BanditArm =>
  due
    ? {
        ...arm,
        pending: arm.pending - due.pending,
        rewardCount: arm.rewardCount + due.rewardCount,
        rewardSum: arm.rewardSum + due.rewardSum,
        rewardSquares: arm.rewardSquares + due.rewardSquares,
      }
    : arm

function drawn(shares: readonly number[], rng: Rng): number {
  let u = rng.next()
  for (const [arm, share] of shares.entries()) {
    u -= share
    if (u < 0) return arm
  }
  return shares.length - 1
}
