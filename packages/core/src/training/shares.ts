/** Amounts ≥ 0 as shares of their sum; all 0 when the sum is. */
export function toShares(amounts: Float64Array): Float64Array {
  const sum = amounts.reduce((total, amount) => total + amount, 0)
  return sum > 0 ? amounts.map((amount) => amount / sum) : amounts
}
