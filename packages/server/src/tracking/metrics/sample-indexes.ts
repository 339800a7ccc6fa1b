/**
 * Positions of `count` things of which `limit` are shown, spread evenly, the last among them: all of them where they are not more. As MLflow's server
 * chooses the steps of a curve, with the same rounding.
 *
 * @example sampleIndexes(10, 3) // [0, 3, 6, 9]
 */
export function sampleIndexes(count: number, limit: number): readonly number[] {
  if (count <= limit) return Array.from({ length: count }, (_, i) => i)
  const interval = count / limit
  const spread = Array.from({ length: limit }, (_, i) => Math.trunc(i * interval))
  return [...new Set([...spread, count - 1])]
}
