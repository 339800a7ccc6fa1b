/**
 * The point at which an increasing distribution function reaches a probability.
 *
 * Bisection on a bracket that grows until it holds the point: slower than Newton's method, but it cannot diverge.
 *
 * @param cdf - Increasing on [lower, upper].
 * @param probability - In (0, 1).
 * @param lower - Start of the support (finite).
 * @param upper - End of the support; `Infinity` makes the bracket double from `lower + 1`.
 */
export function invertCdf(cdf: (x: number) => number, probability: number, lower: number, upper: number): number {
  let low = lower
  let high = upper
  if (upper === Number.POSITIVE_INFINITY) {
    high = lower + 1
    while (cdf(high) < probability) {
      low = high
      high = lower + (high - lower) * 2
    }
  }
  for (let i = 0; i < 2_000; i++) {
    const middle = low + (high - low) / 2
    if (middle <= low || middle >= high) break
    if (cdf(middle) < probability) low = middle
    else high = middle
  }
  return high
}
