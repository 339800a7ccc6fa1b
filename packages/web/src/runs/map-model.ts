import type { MapProgress } from '@regia/core'

/** The slots of the durations, in milliseconds: one more edge than there are counts. */
export const mapEdges = ({ durations, slowestMs }: MapProgress): readonly number[] =>
  Array.from({ length: durations.length + 1 }, (_, i) => (i * slowestMs) / Math.max(1, durations.length))

/** What the elements are doing as shares of all of them; states that none is in are left out. */
export function mapShares(map: MapProgress): readonly { readonly state: string; readonly share: number }[] {
  const counts = [
    ['succeeded', map.succeeded],
    ['from cache', map.cached],
    ['failed', map.failed],
    ['running', map.running],
    ['waiting', map.waiting],
  ] as const
  const total = Math.max(1, map.total)
  return counts.filter(([, count]) => count > 0).map(([state, count]) => ({ state, share: count / total }))
}
