import type { Rng } from '../../kernel/index.ts'
import type { FeatureMatrix } from '../feature-matrix.ts'

/** Bin of a missing value. Values have the bins 0 to 254. */
export const MISSING_BIN = 255
/** Infinities count as the greatest float32 while binning, so that every threshold is finite. */
export const MAX_FLOAT32 = 3.4028234663852886e38
/** Quantiles of this many rows are as good as those of all. */
const SAMPLE_ROWS = 200_000

/** Thresholds of one feature, ascending: bin b holds the values x with thresholds[b − 1] < x ≤ thresholds[b]. */
export type Thresholds = Float32Array

/** Thresholds of each feature of a matrix, found on a sample of its rows. */
export function findAllThresholds(matrix: FeatureMatrix, maxBins: number, rng: Rng): Thresholds[] {
  const sample = sampleRows(matrix.rowCount, rng)
  return matrix.columns.map((column) =>
    findThresholds(sample ? column.filter((_, row) => sample[row]) : column, maxBins),
  )
}

/**
 * Cuts a feature into at most `maxBins` bins of about equally many rows; every value has a bin of its own when they suffice.
 *
 * @param values - Shape (rows,); NaN is left out.
 */
export function findThresholds(values: Float32Array, maxBins: number): Thresholds {
  const { distinct, counts, total } = countDistinct(values)
  const isCut = distinct.length <= maxBins ? () => true : equalCounts(counts, total, maxBins)
  const thresholds: number[] = []
  for (let i = 0; i + 1 < distinct.length; i++) if (isCut(i)) thresholds.push(between(distinct[i]!, distinct[i + 1]!))
  return Float32Array.from(thresholds)
}

/** Writes the bin of each value. @param bins - Shape (rows,). */
export function assignBins(values: Float32Array, thresholds: Thresholds, bins: Uint8Array): void {
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!
    bins[row] = Number.isNaN(value) ? MISSING_BIN : binOf(value, thresholds)
  }
}

function binOf(value: number, thresholds: Thresholds): number {
  let low = 0
  let high = thresholds.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (thresholds[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

/** A float32 at or above `low` and below `high`: their midpoint, unless it rounds up to `high`. */
function between(low: number, high: number): number {
  const middle = Math.fround((low + high) / 2)
  return middle < high ? middle : low
}

/** Says, place by place, whether a bin ends there. A frequent value gets a bin of its own. */
function equalCounts(counts: readonly number[], total: number, maxBins: number): (place: number) => boolean {
  let remaining = total
  let binsLeft = maxBins
  let inBin = 0
  return (place) => {
    const target = remaining / binsLeft
    inBin += counts[place]!
    const isBeforeFrequent = counts[place + 1]! >= target && inBin >= target / 2
    if (binsLeft === 1 || (inBin < target && !isBeforeFrequent)) return false
    remaining -= inBin
    binsLeft--
    inBin = 0
    return true
  }
}

function countDistinct(values: Float32Array): { distinct: number[]; counts: number[]; total: number } {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  const distinct: number[] = []
  const counts: number[] = []
  for (const raw of sorted) {
    const value = Math.min(Math.max(raw, -MAX_FLOAT32), MAX_FLOAT32)
    if (distinct.length > 0 && distinct[distinct.length - 1] === value) counts[counts.length - 1]!++
    else {
      distinct.push(value)
      counts.push(1)
    }
  }
  return { distinct, counts, total: sorted.length }
}

function sampleRows(rowCount: number, rng: Rng): Uint8Array | undefined {
  if (rowCount <= SAMPLE_ROWS) return undefined
  const chance = SAMPLE_ROWS / rowCount
  return Uint8Array.from({ length: rowCount }, () => (rng.next() < chance ? 1 : 0))
}
