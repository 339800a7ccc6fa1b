import type { BanditPolicy } from '../../release-policy.ts'
import type { BanditArm } from './bandit-arm.ts'
import type { BestArm } from './best-arm.ts'

export type AlgorithmInput = {
  readonly arms: readonly BanditArm[]
  readonly best: BestArm
  readonly epsilon: number
  /** Predictions that are to be shared out until the next update. */
  readonly horizon: number
}

/** A way to share traffic by what is known. A new one is a file and a line in the list. */
export type BanditAlgorithm = {
  readonly name: BanditPolicy['algorithm']
  /** Shares that sum to 1, before the minimum share. */
  readonly shares: (input: AlgorithmInput) => readonly number[]
}
