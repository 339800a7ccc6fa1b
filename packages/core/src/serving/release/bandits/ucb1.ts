import type { AlgorithmInput, BanditAlgorithm } from './algorithm.ts'
import { areUnitRewards, type BanditArm, meanReward } from './bandit-arm.ts'

/** Decisions that are played through to make shares of a rule that names one arm at a time. */
const MOST_DECISIONS = 1000

/**
 * UCB1: the arm with the highest optimistic mean, mean + √(2 ln t / n), over and over.
 *
 * What is still awaited counts in n: without it the rule would name one arm until the first reward comes back. Shares come of playing the next
 * decisions through, each as if its reward were awaited.
 *
 * @see Auer, Cesa-Bianchi and Fischer (2002), *Finite-time analysis of the multiarmed bandit problem*; Joulani, György and Szepesvári (2013),
 *   *Online learning under delayed feedback*.
 */
export const ucb1: BanditAlgorithm = {
  name: 'ucb1',
  shares: (input) => {
    const { arms } = input
    const decisions = Math.max(arms.length, Math.min(MOST_DECISIONS, Math.round(input.horizon)))
    // One played decision stands for several where the horizon is long.
    const weight = Math.max(1, input.horizon) / decisions
    const means = arms.map((arm) => meanReward(arm) ?? 0)
    const counts = arms.map(({ rewardCount, pending }) => rewardCount + pending)
    const unit = rewardUnit(input)
    const chosen = arms.map(() => 0)
    let total = counts.reduce((sum, count) => sum + count, 0)
    for (let i = 0; i < decisions; i++) {
      const arm = mostPromising(means, counts, total, unit)
      chosen[arm]!++
      counts[arm]! += weight
      total += weight
    }
    return chosen.map((count) => count / decisions)
  },
}

function mostPromising(means: readonly number[], counts: readonly number[], total: number, unit: number): number {
  let best = 0
  let highest = Number.NEGATIVE_INFINITY
  for (const [arm, count] of counts.entries()) {
    if (count <= 0) return arm
    const bound = means[arm]! + unit * Math.sqrt((2 * Math.log(Math.max(Math.E, total))) / count)
    if (bound > highest) [best, highest] = [arm, bound]
  }
  return best
}

/** The bound is for rewards in [0, 1], whose spread is at most ½; others are measured in twice their standard deviation. */
function rewardUnit({ arms }: AlgorithmInput): number {
  if (areUnitRewards(arms)) return 1
  const deviation = ({ rewardCount: n, rewardSum, rewardSquares }: BanditArm) =>
    n < 2 ? 0 : Math.sqrt(Math.max(0, rewardSquares / n - (rewardSum / n) ** 2))
  return 2 * Math.max(...arms.map(deviation)) || 1
}
