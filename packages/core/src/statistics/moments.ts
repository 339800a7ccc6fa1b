/** Count, mean and sum of squared deviations of a sample; a value to be passed on, never changed. */
export type Moments = { readonly n: number; readonly mean: number; readonly squaredDeviations: number }

export const NO_MOMENTS: Moments = { n: 0, mean: 0, squaredDeviations: 0 }

/**
 * Moments of numbers in one pass, NaN left out.
 *
 * @see Welford (1962), *Note on a method for calculating corrected sums of squares and products*.
 * @example momentsOf(Float64Array.of(1, 2, 3)) // { n: 3, mean: 2, squaredDeviations: 2 }
 */
export function momentsOf(values: Float64Array): Moments {
  let n = 0
  let mean = 0
  let squaredDeviations = 0
  for (const value of values) {
    if (Number.isNaN(value)) continue
    n++
    const delta = value - mean
    mean += delta / n
    squaredDeviations += delta * (value - mean)
  }
  return { n, mean, squaredDeviations }
}

/**
 * Moments of two samples together, as if they had been one.
 *
 * @see Chan, Golub and LeVeque (1979), *Updating formulae and a pairwise algorithm for computing sample variances*.
 */
export function mergeMoments(a: Moments, b: Moments): Moments {
  if (a.n === 0) return b
  if (b.n === 0) return a
  const n = a.n + b.n
  const delta = b.mean - a.mean
  return {
    n,
    mean: a.mean + (delta * b.n) / n,
    squaredDeviations: a.squaredDeviations + b.squaredDeviations + (delta * delta * a.n * b.n) / n,
  }
}

/** The moments with one more value. */
export function withValue({ n, mean, squaredDeviations }: Moments, value: number): Moments {
  const delta = value - mean
  const next = mean + delta / (n + 1)
  return { n: n + 1, mean: next, squaredDeviations: squaredDeviations + delta * (value - next) }
}

/** The moments with a value taken back that was among them, for a label that is corrected. */
export function withoutValue({ n, mean, squaredDeviations }: Moments, value: number): Moments {
  if (n <= 1) return NO_MOMENTS
  const before = mean - (value - mean) / (n - 1)
  const rest = squaredDeviations - (value - mean) * (value - before)
  return { n: n - 1, mean: before, squaredDeviations: Math.max(0, rest) }
}

/**
 * Moments of zeros and ones, from how many ones there are.
 *
 * @param successes - Count, 0 ≤ successes ≤ n.
 * @example momentsOfShare(3, 4) // { n: 4, mean: 0.75, squaredDeviations: 0.75 }
 */
export function momentsOfShare(successes: number, n: number): Moments {
  return n === 0 ? NO_MOMENTS : { n, mean: successes / n, squaredDeviations: (successes * (n - successes)) / n }
}

/** Sample variance with n − 1 below the line; NaN with fewer than two values. */
export const sampleVariance = (moments: Moments): number =>
  moments.n < 2 ? Number.NaN : moments.squaredDeviations / (moments.n - 1)

/** Variance with n below the line; NaN without values. */
export const populationVariance = (moments: Moments): number =>
  moments.n === 0 ? Number.NaN : moments.squaredDeviations / moments.n
