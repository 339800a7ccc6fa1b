import type { BanditAlgorithm } from './algorithm.ts'
import { meanReward } from './bandit-arm.ts'

/** ε-greedy: all but ε to the best arm so far (to each of equals alike), ε to all. Until each arm has a reward, equal shares. */
export const epsilonGreedy: BanditAlgorithm = {
  name: 'epsilon-greedy',
  shares: ({ arms, epsilon }) => {
    const means = arms.map(meanReward)
    const known = means.filter((mean) => mean !== undefined)
    if (known.length < arms.length) return arms.map(() => 1 / arms.length)
    const top = Math.max(...known)
    const winners = known.filter((mean) => mean === top).length
    return known.map((mean) => epsilon / arms.length + (mean === top ? (1 - epsilon) / winners : 0))
  },
}
