import { MISSING_BIN } from './binning.ts'
import { BINS_PER_FEATURE, HISTOGRAM_STRIDE } from './kernels.ts'

/** Sums over the rows of a leaf. */
export type LeafSums = { readonly gradient: number; readonly hessian: number; readonly rowCount: number }

export type Split = {
  readonly feature: number
  /** Bins up to this one go left. */
  readonly bin: number
  readonly missingGoesLeft: boolean
  readonly gain: number
}

export type SplitRules = { readonly l2: number; readonly minRowsPerLeaf: number }

/** Below this a leaf's hessians say too little to divide by, as in LightGBM. */
const MIN_HESSIAN = 1e-3

/**
 * The split of a leaf that lowers the loss most, over all features and bins and both ways for missing values.
 *
 * @param histogram - Shape (features, 256, 2).
 * @param features - Which features may be split on.
 * @param binCounts - Bins of each feature, the missing one excluded.
 * @returns undefined when no split leaves enough rows on both sides and gains.
 * @see Chen and Guestrin (2016), XGBoost, eq. 7 and algorithm 3.
 */
export function findSplit(
  histogram: Float64Array,
  features: Int32Array,
  binCounts: Int32Array,
  leaf: LeafSums,
  rules: SplitRules,
): Split | undefined {
  let best: Split | undefined
  for (const feature of features) {
    const found = findSplitOfFeature(histogram, feature, binCounts[feature]!, leaf, rules, best?.gain ?? 0)
    if (found) best = found
  }
  return best
}

function findSplitOfFeature(
  histogram: Float64Array,
  feature: number,
  binCount: number,
  leaf: LeafSums,
  rules: SplitRules,
  minGain: number,
): Split | undefined {
  const { gradient: G, hessian: H } = leaf
  const offset = feature * HISTOGRAM_STRIDE
  const missingGradient = histogram[offset + 2 * MISSING_BIN]!
  const missingHessian = histogram[offset + 2 * MISSING_BIN + 1]!
  const hasMissing = missingHessian > MIN_HESSIAN / BINS_PER_FEATURE
  const minHessian = leastHessian(leaf, rules.minRowsPerLeaf)
  const parentScore = (G * G) / (H + rules.l2)
  let bestScore = parentScore + minGain + 1e-10
  let bestBin = -1
  let bestMissingLeft = false
  let g = 0
  let h = 0
  // The last bin ends a split only when missing values make up the other side.
  const lastBin = hasMissing ? binCount : binCount - 1
  for (let bin = 0; bin < lastBin; bin++) {
    g += histogram[offset + 2 * bin]!
    h += histogram[offset + 2 * bin + 1]!
    if (h >= minHessian && H - h >= minHessian) {
      const score = (g * g) / (h + rules.l2) + ((G - g) * (G - g)) / (H - h + rules.l2)
      if (score > bestScore) {
        bestScore = score
        bestBin = bin
        // Where training saw none missing here, they follow the heavier side.
        bestMissingLeft = !hasMissing && h >= H - h
      }
    }
    if (!hasMissing) continue
    const gl = g + missingGradient
    const hl = h + missingHessian
    if (hl < minHessian || H - hl < minHessian) continue
    const score = (gl * gl) / (hl + rules.l2) + ((G - gl) * (G - gl)) / (H - hl + rules.l2)
    if (score > bestScore) {
      bestScore = score
      bestBin = bin
      bestMissingLeft = true
    }
  }
  if (bestBin < 0) return undefined
  return { feature, bin: bestBin, missingGoesLeft: bestMissingLeft, gain: bestScore - parentScore }
}

/** LightGBM's estimate: rows in proportion to hessians, which spares the histogram a third sum. One row is never too few. */
const leastHessian = ({ hessian, rowCount }: LeafSums, minRows: number): number =>
  minRows === 1 ? MIN_HESSIAN : Math.max(MIN_HESSIAN, hessian * (minRows / rowCount - 1e-9))
