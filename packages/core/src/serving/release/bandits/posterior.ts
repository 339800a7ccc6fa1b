import { betaCdf, normalCdf, studentTCdf } from '../../../statistics/index.ts'
import { areUnitRewards, type BanditArm } from './bandit-arm.ts'

/** What is believed of an arm's mean reward. */
export type Posterior = {
  readonly mean: number
  /** Standard deviation, or a scale of that size. */
  readonly spread: number
  readonly cdf: (x: number) => number
  readonly range: readonly [number, number]
}

/**
 * The belief about each arm: Beta(1 + Σr, 1 + Σ(1 − r)) for rewards in [0, 1], else Student's t of a normal-inverse-gamma whose prior, worth
 * one reward, lies at the mean of all.
 *
 * A real reward in [0, 1] is taken as that share of a success, which makes the belief at most wider than it need be.
 *
 * @see Agrawal and Goyal (2012), *Analysis of Thompson sampling for the multi-armed bandit problem*, §1; Murphy (2007), *Conjugate Bayesian
 *   analysis of the Gaussian distribution*, §3.
 */
export function posteriorsOf(arms: readonly BanditArm[]): Posterior[] {
  if (areUnitRewards(arms)) return arms.map(betaPosterior)
  const all = pooled(arms)
  return arms.map((arm) => studentPosterior(arm, all))
}

// Beyond so many rewards the normal law is as good as the beta, and quicker.
const MANY = 50_000

function betaPosterior({ rewardCount, rewardSum }: BanditArm): Posterior {
  const a = 1 + Math.max(0, rewardSum)
  const b = 1 + Math.max(0, rewardCount - rewardSum)
  const mean = a / (a + b)
  const spread = Math.sqrt((mean * (1 - mean)) / (a + b + 1))
  const isNormal = Math.min(a, b) > MANY
  return {
    mean,
    spread,
    cdf: isNormal ? (x) => normalCdf((x - mean) / spread) : (x) => betaCdf(x, a, b),
    range: [Math.max(0, mean - 9 * spread), Math.min(1, mean + 9 * spread)],
  }
}

type Pooled = { readonly mean: number; readonly variance: number }

function pooled(arms: readonly BanditArm[]): Pooled {
  const n = arms.reduce((sum, arm) => sum + arm.rewardCount, 0)
  const mean = arms.reduce((sum, arm) => sum + arm.rewardSum, 0) / n
  const variance = arms.reduce((sum, arm) => sum + arm.rewardSquares, 0) / n - mean * mean
  // All rewards alike: any small spread keeps the belief proper.
  return { mean, variance: variance > 0 ? variance : 1e-12 * (1 + mean * mean) }
}

// The prior: as much as one reward about the mean, three degrees of freedom about the spread.
const PRIOR_WEIGHT = 1
const PRIOR_SHAPE = 1.5

function studentPosterior({ rewardCount: n, rewardSum, rewardSquares }: BanditArm, prior: Pooled): Posterior {
  const sampleMean = n > 0 ? rewardSum / n : prior.mean
  const deviations = Math.max(0, rewardSquares - n * sampleMean * sampleMean)
  const weight = PRIOR_WEIGHT + n
  const mean = (PRIOR_WEIGHT * prior.mean + n * sampleMean) / weight
  const shape = PRIOR_SHAPE + n / 2
  const pull = (PRIOR_WEIGHT * n * (sampleMean - prior.mean) ** 2) / (2 * weight)
  const scale = PRIOR_SHAPE * prior.variance + deviations / 2 + pull
  const spread = Math.sqrt(scale / (shape * weight))
  const degrees = 2 * shape
  const cdf = degrees > MANY ? normalCdf : (t: number) => studentTCdf(t, degrees)
  const reach = degrees > 30 ? 9 : 40
  return {
    mean,
    spread,
    cdf: (x) => cdf((x - mean) / spread),
    range: [mean - reach * spread, mean + reach * spread],
  }
}
