import { normalCdf } from './normal.ts'

/**
 * Evidence against "no effect" that may be looked at after every observation: the likelihood of what was seen, averaged over normally
 * distributed effects, over its likelihood without an effect.
 *
 * It reaches 1/α at any time at all with a chance of at most α when there is no effect (Ville's inequality), so that 1 over it is a p-value
 * at whatever moment one stops.
 *
 * @param z - The estimate over its standard error. Its signal must grow like a sum of independent parts: means, differences of means and,
 *   for large samples, rank sums do.
 * @param ratio - τ²/V, the variance of the effects that are looked for over that of the estimate; grows with the sample.
 * @returns The logarithm of the ratio of likelihoods.
 * @see Robbins (1970), *Statistical methods related to the law of the iterated logarithm*; Johari, Pekelis and Walsh (2017), *Always valid
 *   inference: bringing sequential analysis to A/B testing*, equation 8.
 * @example Math.exp(logMixtureRatio(2, 1)) // 1.9221…
 */
export const logMixtureRatio = (z: number, ratio: number): number =>
  (ratio * z * z) / (2 * (1 + ratio)) - Math.log1p(ratio) / 2

/** {@link logMixtureRatio} that looks for positive effects only (a half normal), against "no effect or a negative one". */
export function logUpperMixtureRatio(z: number, ratio: number): number {
  const side = normalCdf(z * Math.sqrt(ratio / (1 + ratio)))
  return side === 0 ? Number.NEGATIVE_INFINITY : logMixtureRatio(z, ratio) + Math.log(2 * side)
}

/**
 * {@link logMixtureRatio} for several effects at once.
 *
 * @param statistic - A chi-square statistic: the squared length of `degrees` independent z.
 */
export const logChiSquareMixtureRatio = (statistic: number, degrees: number, ratio: number): number =>
  (ratio * statistic) / (2 * (1 + ratio)) - (degrees * Math.log1p(ratio)) / 2

/**
 * The |z| that {@link logMixtureRatio} needs to reach 1/α: the half-width of a confidence sequence in standard errors.
 *
 * @param alpha - In (0, 1).
 * @param ratio - τ²/V, > 0.
 * @example mixtureCritical(0.05, 1) // 3.6564…, where a single look would take 1.96
 */
export const mixtureCritical = (alpha: number, ratio: number): number =>
  Math.sqrt(((1 + ratio) / ratio) * (Math.log1p(ratio) - 2 * Math.log(alpha)))

/** The z that {@link logUpperMixtureRatio} needs to reach 1/α. */
export function upperMixtureCritical(alpha: number, ratio: number): number {
  const target = -Math.log(alpha)
  // Half of the effects double the weight of those that are looked for, so that the two-sided bound at 2α is just too low.
  let low = 2 * alpha < 1 ? mixtureCritical(2 * alpha, ratio) : 0
  let high = mixtureCritical(alpha, ratio)
  for (let i = 0; i < 100 && high - low > 1e-12 * high; i++) {
    const middle = (low + high) / 2
    if (logUpperMixtureRatio(middle, ratio) < target) low = middle
    else high = middle
  }
  return high
}

/** The p-value that a (logarithmic) ratio of likelihoods stands for. */
export const alwaysValidPValue = (logRatio: number): number => Math.min(1, Math.exp(-logRatio))
