import { oneOf } from './search.ts'

export const RANGES = ['1d', '7d', '30d', '90d', 'all'] as const
/** How far back to look, measured from the newest event: a replay of a past year has its own "last 7 days". */
export type Range = (typeof RANGES)[number]

export const rangeOf = (search: Record<string, unknown>): Range | undefined => oneOf(search, 'range', RANGES)

export const RANGE_CHOICES = [
  ['1d', '1 d'],
  ['7d', '7 d'],
  ['30d', '30 d'],
  ['90d', '90 d'],
  ['all', 'all'],
] as const satisfies readonly (readonly [Range, string])[]

/** The start of a range that ends at `until`; `undefined` for all there is. */
export function rangeStart(range: Range, until: string | undefined): string | undefined {
  if (range === 'all' || until === undefined) return undefined
  return new Date(Date.parse(until) - Number.parseInt(range, 10) * 86_400_000).toISOString()
}
