import { z } from 'zod'

/** Counts as JSON: the counts themselves, or `[index, count, …]` pairs under `sparse` where most are zero. */
export const packedCountsSchema = z.union([
  z.array(z.number()),
  z.object({ length: z.number().int().max(10_000), sparse: z.array(z.number()) }),
])
export type PackedCounts = z.infer<typeof packedCountsSchema>

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
