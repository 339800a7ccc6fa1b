import { chiSquareContingency, fractionsOf, logChiSquareMixtureRatio, psi } from '../../../statistics/index.ts'
import { short, waitingFor } from '../rule-outcome.ts'
import { undecided } from './error-rules.ts'
import type { RollbackRule } from './rule.ts'

// About deciles of the stable version's scores: on finer bins the index measures noise.
const GROUPS = 10
const BURN_IN = 200

/** Whether scores are distributed otherwise than the stable version's: the index is above the limit, and not by chance. */
export const scoreShift: RollbackRule = {
  name: 'scoreShift',
  isTest: true,
  isActive: () => true,
  judge: ({ rules, control, canary, alpha, minimumRequests }) => {
    const limit = rules.scoreShift
    const needed = Math.max(BURN_IN, minimumRequests)
    const [first, second] = grouped(control.scores, canary.scores)
    const [m, n] = [sumOf(first), sumOf(second)]
    const ready = Math.min(m, n)
    if (ready < BURN_IN) {
      const sentence = waitingFor(ready, needed, 'scores of each version')
      return { rule: 'scoreShift', state: 'waits', limit, n, needed, sentence }
    }
    const observed = psi(fractionsOf(first, 0.5), fractionsOf(second, 0.5))
    const shared = { rule: 'scoreShift', limit, observed, n, needed } as const
    const found = `the scores' stability index against the stable version is ${short(observed)}, over ${n} scores; the limit is ${short(limit)}`
    if (observed > limit && isShifted(first, second, limit, alpha)) {
      return { ...shared, state: 'fails', sentence: `${found}, and chance does not explain it` }
    }
    return { ...shared, ...undecided(observed <= limit, ready, needed, found, 'scores') }
  },
}

function isShifted(first: readonly number[], second: readonly number[], limit: number, alpha: number): boolean {
  const { statistic, degreesOfFreedom } = chiSquareContingency([first, second])
  if (degreesOfFreedom === 0) return false
  const effective = 1 / (1 / sumOf(first) + 1 / sumOf(second))
  // A shift whose index is the limit has a statistic of about limit · n: the effects that are looked for are of that size.
  const ratio = (effective * limit) / degreesOfFreedom
  return logChiSquareMixtureRatio(statistic, degreesOfFreedom, ratio) >= -Math.log(alpha)
}

/** Both histograms on groups of bins that hold about equal shares of both together. */
function grouped(control: Float64Array, canary: Float64Array): [number[], number[]] {
  const total = sumOf(control) + sumOf(canary)
  const weights = { control: 1 / Math.max(1, sumOf(control)), canary: 1 / Math.max(1, sumOf(canary)) }
  const [first, second]: [number[], number[]] = [[0], [0]]
  let covered = 0
  for (let bin = 0; bin < control.length && total > 0; bin++) {
    // Each version counts as much as the other, whatever its share of the traffic.
    const weight = (control[bin]! * weights.control + canary[bin]! * weights.canary) / 2
    if (covered >= 1 / GROUPS && weight > 0) {
      first.push(0)
      second.push(0)
      covered = 0
    }
    first[first.length - 1]! += control[bin]!
    second[second.length - 1]! += canary[bin]!
    covered += weight
  }
  return [first, second]
}

const sumOf = (counts: Float64Array | readonly number[]): number => {
  let sum = 0
  for (const count of counts) sum += count
  return sum
}
