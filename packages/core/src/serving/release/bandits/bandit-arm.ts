import type { Moments } from '../../../statistics/index.ts'

/** What is known of an arm. Counts may be fractions where older ones are discounted. */
export type BanditArm = {
  readonly version: number
  /** Predictions whose reward may still come. */
  readonly pending: number
  readonly rewardCount: number
  readonly rewardSum: number
  readonly rewardSquares: number
}

/** An arm from the moments of its rewards. */
export const banditArmOf = (version: number, { n, mean, squaredDeviations }: Moments, pending = 0): BanditArm => ({
  version,
  pending,
  rewardCount: n,
  rewardSum: n * mean,
  rewardSquares: squaredDeviations + n * mean * mean,
})

/**
 * What remains of an arm's rewards after some time, for rewards that change: sums are multiplied, what is pending is not.
 *
 * @param weight - In [0, 1]: the discount, to the power of the updates since.
 * @see Garivier and Moulines (2011), *On upper-confidence bound policies for switching bandit problems* (discounted UCB).
 */
export const forgottenArm = (arm: BanditArm, weight: number): BanditArm => ({
  ...arm,
  rewardCount: arm.rewardCount * weight,
  rewardSum: arm.rewardSum * weight,
  rewardSquares: arm.rewardSquares * weight,
})

/** Two accounts of the same arm together. */
export const addedArm = (a: BanditArm, b: BanditArm): BanditArm => ({
  version: a.version,
  pending: a.pending + b.pending,
  rewardCount: a.rewardCount + b.rewardCount,
  rewardSum: a.rewardSum + b.rewardSum,
  rewardSquares: a.rewardSquares + b.rewardSquares,
})

/** Mean reward; undefined before the first. */
export const meanReward = ({ rewardCount, rewardSum }: BanditArm): number | undefined =>
  rewardCount > 0 ? rewardSum / rewardCount : undefined

/**
 * Whether the sums can be those of rewards in [0, 1]: there a square is never above its value.
 *
 * Rewards outside of it may pass by cancelling out; then their sums still make a proper posterior, only a wider one.
 */
export const areUnitRewards = (arms: readonly BanditArm[]): boolean =>
  arms.every(({ rewardCount, rewardSum, rewardSquares }) => {
    const slack = 1e-9 * (1 + rewardCount)
    return rewardSum >= -slack && rewardSum <= rewardCount + slack && rewardSquares <= rewardSum + slack
  })
