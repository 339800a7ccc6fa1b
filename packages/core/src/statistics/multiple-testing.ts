/**
 * Adjusted p-values that control the *family-wise error*: the chance of even one false alarm among all tests, whatever their dependence.
 *
 * @param pValues - Shape (k,), each in [0, 1].
 * @returns Adjusted p-values in the same order; reject those ≤ α.
 * @see Holm (1979), *A simple sequentially rejective multiple test procedure*.
 * @example holm([0.01, 0.04, 0.03]) // [0.03, 0.06, 0.06]
 */
export function holm(pValues: readonly number[]): number[] {
  const order = ascendingOrder(pValues)
  const adjusted = new Array<number>(pValues.length)
  let running = 0
  for (const [rank, index] of order.entries()) {
    running = Math.max(running, Math.min(1, pValues[index]! * (pValues.length - rank)))
    adjusted[index] = running
  }
  return adjusted
}

/**
 * Adjusted p-values that control the *false discovery rate*: the expected share of false alarms among the alarms.
 *
 * More powerful than {@link holm}; use it for a ranking that a person looks through, not for an alert that wakes one up.
 *
 * @see Benjamini and Hochberg (1995), *Controlling the false discovery rate*.
 * @example benjaminiHochberg([0.01, 0.04, 0.03]) // [0.03, 0.04, 0.04]
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const order = ascendingOrder(pValues)
  const adjusted = new Array<number>(pValues.length)
  let running = 1
  for (let rank = order.length - 1; rank >= 0; rank--) {
    const index = order[rank]!
    running = Math.min(running, (pValues[index]! * pValues.length) / (rank + 1))
    adjusted[index] = running
  }
  return adjusted
}

const ascendingOrder = (values: readonly number[]): number[] =>
  values.map((_, index) => index).sort((i, j) => values[i]! - values[j]!)
