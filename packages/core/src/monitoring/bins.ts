import { countBelow } from '../statistics/index.ts'

/** How many of the ascending values fall in each bin of the inner edges: bin i holds [edges[i − 1], edges[i]). */
export function countsOnEdges(edges: readonly number[], sorted: Float64Array): number[] {
  const ends = [...edges.map((edge) => countBelow(sorted, edge)), sorted.length]
  return ends.map((end, i) => end - (ends[i - 1] ?? 0))
}

/** Counts as JSON: the counts themselves, or `[index, count, …]` pairs under `sparse` where most are zero. */
export type PackedCounts = number[] | { readonly length: number; readonly sparse: number[] }

/** Counts in the shorter of the two forms of {@link PackedCounts}. */
export function packCounts(counts: Float64Array): PackedCounts {
  const pairs: number[] = []
  for (const [i, count] of counts.entries()) if (count !== 0) pairs.push(i, count)
  return pairs.length < counts.length ? { length: counts.length, sparse: pairs } : [...counts]
}

/** What {@link packCounts} packed. */
export function unpackCounts(packed: PackedCounts): Float64Array {
  if (Array.isArray(packed)) return Float64Array.from(packed)
  const counts = new Float64Array(packed.length)
  for (let i = 0; i < packed.sparse.length; i += 2) counts[packed.sparse[i]!] = packed.sparse[i + 1]!
  return counts
}
