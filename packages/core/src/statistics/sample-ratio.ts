import { RegiaError } from '../kernel/index.ts'
import { chiSquareSurvival } from './chi-square.ts'
import { alwaysValidPValue } from './mixture.ts'
import { logGamma } from './special-functions.ts'

/** Below this the split is called broken: looked at daily for years, one false alarm. */
export const SAMPLE_RATIO_ALARM = 0.001

// The prior of the shares weighs as much as this many units around the planned ones: it looks for splits that are off by some percent.
const PRIOR_WEIGHT = 1000

export type SampleRatio = {
  readonly pValue: number
  /** Whether the counts fit the shares: p ≥ 0.001. */
  readonly isSound: boolean
  readonly observed: readonly number[]
  readonly expected: readonly number[]
}

/**
 * Whether units were assigned in the shares that were planned. Where not, something loses units of one arm, and every other figure of the
 * experiment is in doubt.
 *
 * Pearson's chi-square, for one look. {@link sequentialSampleRatio} may be looked at all the time.
 *
 * @param observed - Assigned units by arm, shape (k,).
 * @param shares - Planned, shape (k,), > 0; they need not sum to 1.
 * @throws RegiaError `INVALID_INPUT` when the lengths differ or a share is not positive.
 * @see Fabijan et al. (2019), *Diagnosing sample ratio mismatch in online controlled experiments*.
 * @example sampleRatio([5050, 4950], [0.5, 0.5]).isSound // true: p = 0.317
 */
export function sampleRatio(observed: readonly number[], shares: readonly number[]): SampleRatio {
  const expected = expectedCounts(observed, shares)
  const statistic = observed.reduce((sum, count, i) => sum + pearsonTerm(count, expected[i]!), 0)
  const pValue = observed.length < 2 ? 1 : chiSquareSurvival(statistic, observed.length - 1)
  return { pValue, isSound: pValue >= SAMPLE_RATIO_ALARM, observed, expected }
}

/**
 * {@link sampleRatio} that may be looked at after every unit: the chance of ever being called broken while the split is right is 0.001.
 *
 * The likelihood of the counts, averaged over shares drawn around the planned ones (Dirichlet), over their likelihood under the planned ones:
 * exact for any n.
 *
 * @see Lindon and Malek (2022), *Anytime-valid inference for multinomial count data*.
 * @example sequentialSampleRatio([5500, 4500], [0.5, 0.5]).isSound // false
 */
export function sequentialSampleRatio(observed: readonly number[], shares: readonly number[]): SampleRatio {
  const expected = expectedCounts(observed, shares)
  const total = shares.reduce((sum, share) => sum + share, 0)
  const n = observed.reduce((sum, count) => sum + count, 0)
  let logRatio = logGamma(PRIOR_WEIGHT) - logGamma(PRIOR_WEIGHT + n)
  for (const [i, count] of observed.entries()) {
    const share = shares[i]! / total
    const prior = PRIOR_WEIGHT * share
    logRatio += logGamma(prior + count) - logGamma(prior) - count * Math.log(share)
  }
  const pValue = alwaysValidPValue(logRatio)
  return { pValue, isSound: pValue >= SAMPLE_RATIO_ALARM, observed, expected }
}

const pearsonTerm = (observed: number, expected: number): number =>
  expected === 0 ? 0 : (observed - expected) ** 2 / expected

function expectedCounts(observed: readonly number[], shares: readonly number[]): number[] {
  if (observed.length !== shares.length || shares.some((share) => !(share > 0))) {
    throw new RegiaError('INVALID_INPUT', `There are ${observed.length} counts for the shares ${shares.join(', ')}.`, {
      where: 'shares',
      hint: 'Give each arm one share above 0; leave arms without a share out.',
    })
  }
  const n = observed.reduce((sum, count) => sum + count, 0)
  const total = shares.reduce((sum, share) => sum + share, 0)
  return shares.map((share) => (n * share) / total)
}
