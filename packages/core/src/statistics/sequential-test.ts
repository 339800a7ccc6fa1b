import { RegiaError } from '../kernel/index.ts'
import type { ConfidenceInterval } from './interval.ts'
import {
  alwaysValidPValue,
  logMixtureRatio,
  logUpperMixtureRatio,
  mixtureCritical,
  upperMixtureCritical,
} from './mixture.ts'
import type { Moments } from './moments.ts'

export type SequentialOptions = {
  /** τ: about the smallest difference that matters, in the unit of the mean. The level holds for any; the power is best near it. */
  readonly scale: number
  readonly confidence?: number
  /** Values that each sample must hold before there is an answer: the variance is estimated, and the normal law has to set in. */
  readonly minimumPerSample?: number
  /** Added to each sum of squared deviations; 0.5 for shares, so that "no error yet" does not mean "no variance". */
  readonly varianceFloor?: number
}

export type SequentialDifference = {
  /** Mean of the treatment − mean of the control. */
  readonly difference: number
  readonly standardError: number
  /** Always valid: reject as soon as it is ≤ α, whenever and however often one looks. */
  readonly pValue: number
  /** Confidence sequence: holds the truth at all times together with its confidence. Unbounded before there are enough values. */
  readonly interval: ConfidenceInterval
  readonly isReady: boolean
}

/** How many values each sample needs before {@link sequentialDifference} speaks. */
export const SEQUENTIAL_BURN_IN = 200

/**
 * The difference of two means, tested as often as one likes (mixture sequential probability ratio test).
 *
 * For a single planned look {@link meanDifference} has more power. The samples are independent; within each the values too.
 *
 * @param control - Moments of all values so far.
 * @throws RegiaError `INVALID_INPUT` when the scale is not positive.
 * @see Johari, Pekelis and Walsh (2017), *Always valid inference*.
 * @example sequentialDifference(momentsOfShare(50, 1000), momentsOfShare(90, 1000), { scale: 0.02 }).pValue // 0.0190…
 */
export function sequentialDifference(
  control: Moments,
  treatment: Moments,
  { scale, confidence = 0.95, minimumPerSample = SEQUENTIAL_BURN_IN, varianceFloor = 0 }: SequentialOptions,
): SequentialDifference {
  const { difference, variance, isReady } = differenceOf(control, treatment, scale, minimumPerSample, varianceFloor)
  const standardError = Math.sqrt(variance)
  if (!isReady) return { difference, standardError, pValue: 1, interval: unbounded(confidence), isReady }
  const ratio = (scale * scale) / variance
  const half = mixtureCritical(1 - confidence, ratio) * standardError
  return {
    difference,
    standardError,
    pValue: alwaysValidPValue(logMixtureRatio(difference / standardError, ratio)),
    interval: { lower: difference - half, upper: difference + half, confidence },
    isReady,
  }
}

export type SequentialNonInferiority = {
  /** Treatment − control, in the unit of the mean and counted so that higher is better. */
  readonly difference: number
  /** One-sided bounds, each valid at all times with its confidence: together they are an interval of confidence 1 − 2(1 − confidence). */
  readonly lower: number
  readonly upper: number
  /** The lower bound is above −margin: it is not worse by more than the margin. */
  readonly isNonInferior: boolean
  /** The upper bound is below −margin: it is worse by more than the margin. */
  readonly isInferior: boolean
  /** Always-valid p-value of "worse by the margin or more". */
  readonly pValue: number
  readonly isReady: boolean
}

/**
 * Whether a treatment is not worse than a control by more than a margin, looked at as often as one likes.
 *
 * @param direction - `higher` where a higher mean is better, as of accuracy; `lower` for errors and losses.
 * @param margin - ≥ 0, in the unit of the mean.
 * @throws RegiaError `INVALID_INPUT` when margin or scale are out of range.
 * @example sequentialNonInferiority(control, canary, { direction: 'higher', margin: 0.02, scale: 0.02 }).isInferior
 */
export function sequentialNonInferiority(
  control: Moments,
  treatment: Moments,
  options: SequentialOptions & { readonly direction: 'higher' | 'lower'; readonly margin: number },
): SequentialNonInferiority {
  const {
    direction,
    margin,
    scale,
    confidence = 0.95,
    minimumPerSample = SEQUENTIAL_BURN_IN,
    varianceFloor = 0,
  } = options
  if (!(margin >= 0)) {
    throw new RegiaError('INVALID_INPUT', `The margin is ${margin}; it must not be negative.`, { where: 'margin' })
  }
  const found = differenceOf(control, treatment, scale, minimumPerSample, varianceFloor)
  const difference = direction === 'higher' ? found.difference : -found.difference
  if (!found.isReady) {
    return { difference, ...UNKNOWN_SIDE }
  }
  const standardError = Math.sqrt(found.variance)
  const ratio = (scale * scale) / found.variance
  const half = upperMixtureCritical(1 - confidence, ratio) * standardError
  return {
    difference,
    lower: difference - half,
    upper: difference + half,
    isNonInferior: difference - half > -margin,
    isInferior: difference + half < -margin,
    pValue: alwaysValidPValue(logUpperMixtureRatio((difference + margin) / standardError, ratio)),
    isReady: true,
  }
}

const UNKNOWN_SIDE = {
  lower: Number.NEGATIVE_INFINITY,
  upper: Number.POSITIVE_INFINITY,
  isNonInferior: false,
  isInferior: false,
  pValue: 1,
  isReady: false,
} as const

const unbounded = (confidence: number): ConfidenceInterval => ({
  lower: Number.NEGATIVE_INFINITY,
  upper: Number.POSITIVE_INFINITY,
  confidence,
})

function differenceOf(
  control: Moments,
  treatment: Moments,
  scale: number,
  minimumPerSample: number,
  varianceFloor: number,
): { readonly difference: number; readonly variance: number; readonly isReady: boolean } {
  if (!(scale > 0)) {
    throw new RegiaError('INVALID_INPUT', `The scale of the test is ${scale}; it must be above 0.`, {
      where: 'scale',
      hint: 'Give about the smallest difference that matters.',
    })
  }
  const variance = varianceOfMean(control, varianceFloor) + varianceOfMean(treatment, varianceFloor)
  const isReady = Math.min(control.n, treatment.n) >= Math.max(2, minimumPerSample) && variance > 0
  return { difference: treatment.mean - control.mean, variance, isReady }
}

/** Variance of the mean of a sample; infinite with fewer than two values. */
export const varianceOfMean = ({ n, squaredDeviations }: Moments, floor = 0): number =>
  n < 2 ? Number.POSITIVE_INFINITY : (squaredDeviations + floor) / (n - 1) / n
