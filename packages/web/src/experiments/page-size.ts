const FIRST = 100
const MOST = 5_000

/**
 * How many runs the next page should bring: few at first so that something stands there at once, then as many as it takes to reach
 * the row that somebody has scrolled to.
 */
export function nextPageSize(loaded: number, lastSeen: number): number {
  if (loaded === 0) return FIRST
  const missing = lastSeen + FIRST - loaded
  return Math.min(MOST, Math.max(Math.min(loaded, 1_000), missing))
}

/** Whether more rows are needed to fill what is looked at, and a little below it. */
export const isShort = (loaded: number, lastSeen: number): boolean => lastSeen + FIRST > loaded
