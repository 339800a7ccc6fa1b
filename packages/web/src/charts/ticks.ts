const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const TIME_STEPS = [1, 2, 5, 10, 15, 30]
  .map((n) => n * MINUTE)
  .concat(
    [1, 2, 3, 6, 12].map((n) => n * HOUR),
    [1, 2, 4, 7, 14, 28, 56, 112, 364].map((n) => n * DAY),
  )

/** Evenly spaced moments on round times (UTC), at most `most` of them. */
export function timeTicks(from: number, until: number, most: number): readonly number[] {
  const step = TIME_STEPS.find((each) => (until - from) / each <= most) ?? (until - from) / Math.max(1, most)
  // Weeks would begin on the Thursday of 1970; counted from a first of January they begin with the year.
  const origin = step > DAY ? Date.UTC(new Date(from).getUTCFullYear(), 0, 1) : 0
  const first = origin + Math.ceil((from - origin) / step) * step
  return Array.from({ length: Math.max(0, Math.floor((until - first) / step) + 1) }, (_, i) => first + i * step)
}

/** The smallest of 1, 2, 2.5, 5 times a power of ten that is at least `value`. */
export function roundUp(value: number): number {
  if (value <= 0 || !Number.isFinite(value)) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 2.5, 5, 10].find((step) => step * power >= value * (1 - 1e-9)) ?? 10) * power
}

/** Shifts that keep labels at these heights at least `gap` pixels apart, each as near to its own place as may be. */
export function spreadLabels(heights: readonly number[], gap: number): readonly number[] {
  const order = heights.map((_, i) => i).sort((a, b) => (heights[a] ?? 0) - (heights[b] ?? 0))
  const placed = [...heights]
  for (let pass = 0; pass < 20; pass++) {
    for (let k = 1; k < order.length; k++) {
      const [upper, lower] = [order[k - 1] ?? 0, order[k] ?? 0]
      const missing = gap - ((placed[lower] ?? 0) - (placed[upper] ?? 0))
      if (missing <= 0) continue
      placed[upper] = (placed[upper] ?? 0) - missing / 2
      placed[lower] = (placed[lower] ?? 0) + missing / 2
    }
  }
  return placed.map((height, i) => height - (heights[i] ?? 0))
}
