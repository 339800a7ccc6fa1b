import { invertCdf } from './invert-cdf.ts'
import { incompleteBeta } from './special-functions.ts'

/** P(X ≤ x) of Student's t distribution with `degrees` (> 0) degrees of freedom. */
export function studentTCdf(x: number, degrees: number): number {
  const tail = studentTSurvival(Math.abs(x), degrees)
  return x < 0 ? tail : 1 - tail
}

/** P(X > x) of Student's t distribution, accurate where it is small. */
export function studentTSurvival(x: number, degrees: number): number {
  const tail = 0.5 * incompleteBeta(degrees / 2, 0.5, degrees / (degrees + x * x))
  return x < 0 ? 1 - tail : tail
}

/**
 * The x at which Student's t distribution function reaches `probability`.
 *
 * @example studentTQuantile(0.975, 10) // 2.2281388519649385
 */
export function studentTQuantile(probability: number, degrees: number): number {
  if (probability <= 0) return Number.NEGATIVE_INFINITY
  if (probability >= 1) return Number.POSITIVE_INFINITY
  if (probability < 0.5) return -upperQuantile(probability, degrees)
  return upperQuantile(1 - probability, degrees)
}

// Searching by the small tail keeps the digits that 1 − p would lose.
const upperQuantile = (tail: number, degrees: number): number =>
  tail === 0.5 ? 0 : invertCdf((x) => -studentTSurvival(x, degrees), -tail, 0, Number.POSITIVE_INFINITY)
