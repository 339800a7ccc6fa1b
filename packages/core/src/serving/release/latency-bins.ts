// 32 bins a decade: each is 7.5 % wide, so that a percentile is known to 4 %.
const BINS_PER_DECADE = 32
const LEAST_MS = 0.01
const DECADES = 7

/** Bins of latency: below 0.01 ms, then 32 a decade up to 100 s, then all above. */
export const LATENCY_BIN_COUNT = BINS_PER_DECADE * DECADES + 2

/** The natural logarithm of the width of a bin: a shift of k bins multiplies a latency by e^(k · width). */
export const LATENCY_BIN_LOG_WIDTH = Math.LN10 / BINS_PER_DECADE

/** Which bin counts a latency. */
export function latencyBin(latencyMs: number): number {
  if (!(latencyMs > LEAST_MS)) return 0
  return Math.min(LATENCY_BIN_COUNT - 1, 1 + Math.floor(Math.log10(latencyMs / LEAST_MS) * BINS_PER_DECADE))
}

/** The lower end of a bin in milliseconds; 0 of the first. */
export const latencyBinStartMs = (bin: number): number =>
  bin === 0 ? 0 : LEAST_MS * 10 ** ((bin - 1) / BINS_PER_DECADE)

/** A latency in the middle of a bin, on the scale of the bins. */
export const latencyBinMiddleMs = (bin: number): number =>
  bin === 0 ? LEAST_MS : LEAST_MS * 10 ** ((bin - 0.5) / BINS_PER_DECADE)

/**
 * A percentile of counted latencies, interpolated within its bin.
 *
 * @param fraction - In (0, 1): 0.99 for p99.
 * @returns Milliseconds, or undefined without any latency.
 */
export function latencyQuantile(counts: Float64Array, fraction: number): number | undefined {
  const n = counts.reduce((sum, count) => sum + count, 0)
  if (n === 0) return undefined
  const rank = fraction * n
  let below = 0
  for (const [bin, count] of counts.entries()) {
    if (count > 0 && below + count >= rank) return withinBin(bin, (rank - below) / count)
    below += count
  }
  return latencyBinStartMs(counts.length - 1)
}

function withinBin(bin: number, part: number): number {
  if (bin === 0) return LEAST_MS
  if (bin === LATENCY_BIN_COUNT - 1) return latencyBinStartMs(bin)
  return latencyBinStartMs(bin) * Math.exp(part * LATENCY_BIN_LOG_WIDTH)
}

/** How many counted latencies are above a limit for certain: those in bins that begin at or above it. */
export function countAboveMs(counts: Float64Array, limitMs: number): number {
  let above = 0
  for (let bin = counts.length - 1; bin >= 0 && latencyBinStartMs(bin) >= limitMs; bin--) above += counts[bin]!
  return above
}
