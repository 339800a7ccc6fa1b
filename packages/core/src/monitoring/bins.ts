import { countBelow } from '../statistics/index.ts'

/** How many of the ascending values fall in each bin of the inner edges: bin i holds [edges[i − 1], edges[i]). */
export function countsOnEdges(edges: readonly number[], sorted: Float64Array): number[] {
  const ends = [...edges.map((edge) => countBelow(sorted, edge)), sorted.length]
  return ends.map((end, i) => end - (ends[i - 1] ?? 0))
}
