import { logGamma } from './special-functions.ts'

export type FisherExactResult = {
  /** Chance of a first cell at least as large, rows and columns summing to the same. */
  readonly greater: number
  /** Chance of a first cell at least as small. */
  readonly less: number
  /** Twice the smaller of both, at most 1. */
  readonly pValue: number
}

/**
 * Fisher's exact test of a 2 × 2 table: right for rare events, where chi-square sees differences that are none.
 *
 * @param table - Counts [[a, b], [c, d]].
 * @see Fisher (1922), *On the interpretation of χ² from contingency tables, and the calculation of P*.
 * @example fisherExact([[8, 2], [1, 5]]).greater // 0.0238…
 */
export function fisherExact([[a, b], [c, d]]: readonly [
  readonly [number, number],
  readonly [number, number],
]): FisherExactResult {
  const greater = tail(a, a + b, a + c, a + b + c + d, 1)
  const less = tail(a, a + b, a + c, a + b + c + d, -1)
  return { greater, less, pValue: Math.min(1, 2 * Math.min(greater, less)) }
}

/** Sum of the hypergeometric probabilities from `first` outwards, until they no longer count. */
function tail(first: number, row: number, column: number, total: number, step: 1 | -1): number {
  const [lowest, highest] = [Math.max(0, row + column - total), Math.min(row, column)]
  let sum = 0
  // Towards the middle the terms grow before they fall, so that only a falling term may end the sum.
  let previous = 0
  for (let x = first; x >= lowest && x <= highest; x += step) {
    const term = Math.exp(logChoose(column, x) + logChoose(total - column, row - x) - logChoose(total, row))
    sum += term
    if (term < previous && term < sum * 1e-17) break
    previous = term
  }
  return Math.min(1, sum)
}

const logChoose = (n: number, k: number): number => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)
