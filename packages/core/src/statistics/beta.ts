import { invertCdf } from './invert-cdf.ts'
import { incompleteBeta } from './special-functions.ts'

/** P(X ≤ x) of the beta distribution with shapes `a`, `b` > 0. */
export const betaCdf = (x: number, a: number, b: number): number => incompleteBeta(a, b, x)

/**
 * The x in [0, 1] at which the beta distribution function reaches `probability`.
 *
 * @example betaQuantile(0.5, 1, 1) // 0.5
 */
export function betaQuantile(probability: number, a: number, b: number): number {
  if (probability <= 0) return 0
  if (probability >= 1) return 1
  return invertCdf((x) => betaCdf(x, a, b), probability, 0, 1)
}
