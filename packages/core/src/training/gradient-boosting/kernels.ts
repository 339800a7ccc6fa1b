/** Bins of one feature in a histogram, the missing one included. */
export const BINS_PER_FEATURE = 256
/** A histogram keeps a gradient and a hessian sum for every bin. */
export const HISTOGRAM_STRIDE = 2 * BINS_PER_FEATURE

export type KernelShape = {
  readonly rowCount: number
  readonly featureCount: number
  /** Histograms that must be kept at once: the greatest number of leaves. */
  readonly histogramCount: number
}

/**
 * The hot loops of training, so that faster ones (WebAssembly, threads) can be handed in.
 *
 * `open` gives the memory of one training. It belongs to the kernels, because WebAssembly reads only its own memory.
 */
export type HistogramKernels = {
  readonly name: string
  readonly open: (shape: KernelShape) => KernelSession
}

export type KernelSession = {
  /** Bins of shape (rows, features), row by row: what histograms read. Filled by the trainer before the first tree. */
  readonly binsByRow: Uint8Array
  /** The same bins, one array of shape (rows,) per feature: what partitions read. */
  readonly binsByFeature: readonly Uint8Array[]
  /** Rows of the tree being grown; each leaf is a range of them. */
  readonly rows: Int32Array
  /** Gradient and hessian of each row, in pairs: shape (rows, 2). */
  readonly gradients: Float32Array
  /** Shape (features, {@link BINS_PER_FEATURE}, 2) each. */
  readonly histograms: readonly Float64Array[]
  /** Sums gradients and hessians of `rows[from, to)` into a histogram, which it clears first. */
  readonly histogram: (slot: number, from: number, to: number) => void
  /** Subtracts one histogram from another in place: a leaf less its smaller child is its larger child. */
  readonly subtract: (fromSlot: number, slot: number) => void
  /** Reorders `rows[from, to)`, keeping the order within each side, so that rows whose bin goes left come first. Returns where the right side begins. */
  readonly partition: (feature: number, goesLeft: Uint8Array, from: number, to: number) => number
  readonly close: () => void
}

/** The kernels in TypeScript, on one thread. */
export const typescriptKernels: HistogramKernels = { name: 'typescript', open: openSession }

function openSession({ rowCount, featureCount, histogramCount }: KernelShape): KernelSession {
  const binsByRow = new Uint8Array(rowCount * featureCount)
  const binsByFeature = Array.from({ length: featureCount }, () => new Uint8Array(rowCount))
  const rows = new Int32Array(rowCount)
  const scratch = new Int32Array(rowCount)
  const gradients = new Float32Array(2 * rowCount)
  const size = featureCount * HISTOGRAM_STRIDE
  const histograms = Array.from({ length: histogramCount }, () => new Float64Array(size))
  return {
    binsByRow,
    binsByFeature,
    rows,
    gradients,
    histograms,
    histogram: (slot, from, to) =>
      sumGradients(histograms[slot]!.fill(0), binsByRow, featureCount, rows, gradients, from, to),
    subtract: (fromSlot, slot) => subtractFrom(histograms[fromSlot]!, histograms[slot]!),
    partition: (feature, goesLeft, from, to) =>
      partitionRows(binsByFeature[feature]!, goesLeft, rows, scratch, from, to),
    close: () => {},
  }
}

// Row by row: one cache line holds a row's bins, and features are independent, so their additions overlap in the processor.
// Measured on 1.2 million rows × 7 features: 1.6 ns per addition, against 2.1 ns feature by feature.
function sumGradients(
  histogram: Float64Array,
  binsByRow: Uint8Array,
  featureCount: number,
  rows: Int32Array,
  gradients: Float32Array,
  from: number,
  to: number,
): void {
  const size = featureCount * HISTOGRAM_STRIDE
  for (let i = from; i < to; i++) {
    const row = rows[i]!
    const gradient = gradients[2 * row]!
    const hessian = gradients[2 * row + 1]!
    let at = row * featureCount
    for (let offset = 0; offset < size; offset += HISTOGRAM_STRIDE) {
      const place = offset + (binsByRow[at++]! << 1)
      histogram[place]! += gradient
      histogram[place + 1]! += hessian
    }
  }
}

function subtractFrom(target: Float64Array, other: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i]! -= other[i]!
}

// Without a branch: each row is written to both sides, and only the side that it belongs to moves on.
function partitionRows(
  bins: Uint8Array,
  goesLeft: Uint8Array,
  rows: Int32Array,
  scratch: Int32Array,
  from: number,
  to: number,
): number {
  let left = from
  let right = 0
  for (let i = from; i < to; i++) {
    const row = rows[i]!
    const toLeft = goesLeft[bins[row]!]!
    rows[left] = row
    scratch[right] = row
    left += toLeft
    right += 1 - toLeft
  }
  rows.set(scratch.subarray(0, right), left)
  return left
}
