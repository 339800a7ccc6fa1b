import { z } from 'zod'
import { RegiaError } from '../../kernel/index.ts'
import type { BanditPolicy } from '../release-policy.ts'
import { type BanditArm, meanReward } from './bandits/bandit-arm.ts'
import { bestArm } from './bandits/best-arm.ts'
import { BANDIT_ALGORITHMS } from './bandits/index.ts'
import { posteriorsOf } from './bandits/posterior.ts'
import { percent, short } from './rule-outcome.ts'

export const banditArmStateSchema = z.object({
  version: z.number().int(),
  /** Of the traffic, until the next update. */
  share: z.number(),
  probabilityBest: z.number(),
  /** What choosing it for good is expected to cost a prediction, in units of the reward. */
  expectedLoss: z.number(),
  rewardCount: z.number(),
  pendingCount: z.number(),
  meanReward: z.number().optional(),
})

export const banditStateSchema = z.object({
  algorithm: z.string(),
  arms: z.array(banditArmStateSchema),
  /** `winner`: the best arm is known well enough that looking for a better one no longer pays. */
  verdict: z.enum(['running', 'winner']),
  best: z.number().int(),
  reason: z.string(),
})
export type BanditState = z.infer<typeof banditStateSchema>

export type BanditQuestion = {
  readonly policy: Pick<
    BanditPolicy,
    'algorithm' | 'minimumShare' | 'epsilon' | 'stopAt' | 'maximumExpectedLoss' | 'minimumRewards'
  >
  readonly arms: readonly BanditArm[]
  /** Predictions that are expected until the next update; `ucb1` shares out so many. */
  readonly horizon?: number
}

/**
 * The shares of a bandit's arms until the next update, and whether it is decided.
 *
 * Rewards may come late or never: shares follow those that came. Each arm keeps `minimumShare`, so that one that was unlucky at first recovers.
 * Decided when one arm is best with probability `stopAt`, choosing it costs at most `maximumExpectedLoss`, and it has `minimumRewards`.
 *
 * @throws RegiaError `INVALID_INPUT` when there is no arm.
 * @example banditState({ policy, arms }).arms.map(({ share }) => share) // [0.05, 0.95]
 */
export function banditState({ policy, arms, horizon = 1000 }: BanditQuestion): BanditState {
  if (arms.length === 0) throw new RegiaError('INVALID_INPUT', 'A bandit needs at least one arm.', { where: 'arms' })
  const algorithm = BANDIT_ALGORITHMS.find(({ name }) => name === policy.algorithm)
  if (!algorithm) throw new Error(`unreachable: no bandit algorithm ${policy.algorithm}`)
  const best = bestArm(posteriorsOf(arms))
  const shares = withMinimum(algorithm.shares({ arms, best, epsilon: policy.epsilon, horizon }), policy.minimumShare)
  const states = arms.map((arm, i) => ({
    version: arm.version,
    share: shares[i]!,
    probabilityBest: best.probabilityBest[i]!,
    expectedLoss: best.expectedLoss[i]!,
    rewardCount: arm.rewardCount,
    pendingCount: arm.pending,
    ...meanOf(arm),
  }))
  return { algorithm: policy.algorithm, arms: states, ...decided(policy, states) }
}

const meanOf = (arm: BanditArm): { meanReward?: number } => {
  const mean = meanReward(arm)
  return mean === undefined ? {} : { meanReward: mean }
}

/** Shares of which each is at least the minimum, still summing to 1. */
function withMinimum(shares: readonly number[], minimumShare: number): number[] {
  const floor = Math.min(minimumShare, 1 / shares.length)
  return shares.map((share) => floor + (1 - floor * shares.length) * share)
}

function decided(policy: BanditQuestion['policy'], states: BanditState['arms']) {
  const best = states.reduce((a, b) => (b.probabilityBest > a.probabilityBest ? b : a))
  const figures = `version ${best.version} is best with a probability of ${percent(best.probabilityBest)}, and choosing it is expected to cost ${short(best.expectedLoss)} a prediction`
  const isDecided =
    best.probabilityBest >= policy.stopAt &&
    best.expectedLoss <= policy.maximumExpectedLoss &&
    best.rewardCount >= policy.minimumRewards
  return { verdict: isDecided ? ('winner' as const) : ('running' as const), best: best.version, reason: `${figures}.` }
}
