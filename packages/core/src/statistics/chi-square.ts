import { invertCdf } from './invert-cdf.ts'
import { incompleteGamma } from './special-functions.ts'

/** P(X ≤ x) of the chi-square distribution with `degrees` (> 0) degrees of freedom. */
export const chiSquareCdf = (x: number, degrees: number): number => incompleteGamma(degrees / 2, x / 2).lower

/** P(X > x): the p-value of a chi-square statistic, accurate where it is small. */
export const chiSquareSurvival = (x: number, degrees: number): number => incompleteGamma(degrees / 2, x / 2).upper

/**
 * The x at which the chi-square distribution function reaches `probability`.
 *
 * @example chiSquareQuantile(0.95, 1) // 3.841458820694124
 */
export function chiSquareQuantile(probability: number, degrees: number): number {
  if (probability <= 0) return 0
  if (probability >= 1) return Number.POSITIVE_INFINITY
  return invertCdf((x) => chiSquareCdf(x, degrees), probability, 0, Number.POSITIVE_INFINITY)
}
