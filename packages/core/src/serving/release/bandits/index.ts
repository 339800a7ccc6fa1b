import type { BanditAlgorithm } from './algorithm.ts'
import { epsilonGreedy } from './epsilon-greedy.ts'
import { thompson } from './thompson.ts'
import { ucb1 } from './ucb1.ts'

/** Every algorithm that shares traffic by rewards. */
export const BANDIT_ALGORITHMS: readonly BanditAlgorithm[] = [thompson, ucb1, epsilonGreedy]
