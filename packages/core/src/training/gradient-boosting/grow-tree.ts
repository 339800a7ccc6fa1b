import { MAX_FLOAT32, MISSING_BIN, type Thresholds } from './binning.ts'
import { BINS_PER_FEATURE, HISTOGRAM_STRIDE, type KernelSession } from './kernels.ts'
import { findSplit, type LeafSums, type Split, type SplitRules } from './split.ts'
import type { Tree } from './tree.ts'

export type GrowRules = SplitRules & { readonly leaves: number; readonly learningRate: number }

/** A leaf as a range of the session's rows, with what it is worth. */
export type GrownLeaf = { readonly from: number; readonly to: number; readonly node: number; readonly value: number }

export type GrownTree = {
  readonly tree: Tree
  /** The bin up to which rows go left, by node. */
  readonly splitBin: Int32Array
  readonly leaves: readonly GrownLeaf[]
}

type OpenLeaf = {
  readonly from: number
  readonly to: number
  readonly node: number
  readonly sums: LeafSums
  readonly slot: number
  readonly split: Split | undefined
}

/**
 * Grows one tree leaf by leaf, splitting the leaf that gains most until there are `leaves` or none gains.
 *
 * @param session - Bins, gradients and the tree's rows: the first `rowCount` of `session.rows`.
 * @param features - Which features the tree may use.
 * @see Ke et al. (2017), LightGBM.
 */
export function growTree(
  session: KernelSession,
  rowCount: number,
  thresholds: readonly Thresholds[],
  features: Int32Array,
  rules: GrowRules,
): GrownTree {
  const binCounts = Int32Array.from(thresholds, (cuts) => cuts.length + 1)
  const nodes = createNodes(2 * rules.leaves - 1)
  const splitOf = (slot: number, sums: LeafSums) =>
    findSplit(session.histograms[slot]!, features, binCounts, sums, rules)
  const open: OpenLeaf[] = [openRoot(session, rowCount, nodes, splitOf)]

  while (open.length < rules.leaves) {
    const best = takeBest(open)
    if (!best) break
    const isLast = open.length + 2 === rules.leaves
    open.push(...splitLeaf(session, best, open.length + 1, thresholds, nodes, rules, isLast ? undefined : splitOf))
  }
  for (const leaf of open) nodes.setLeaf(leaf.node, leafValue(leaf.sums, rules))
  return {
    ...nodes.finish(),
    leaves: open.map(({ from, to, node, sums }) => ({ from, to, node, value: leafValue(sums, rules) })),
  }
}

type SplitOf = (slot: number, sums: LeafSums) => Split | undefined
type SplitLeaf = OpenLeaf & { readonly split: Split }

function openRoot(session: KernelSession, rowCount: number, nodes: Nodes, splitOf: SplitOf): OpenLeaf {
  session.histogram(0, 0, rowCount)
  const sums = sumsOfHistogram(session.histograms[0]!, rowCount)
  return { from: 0, to: rowCount, node: nodes.add(rowCount), sums, slot: 0, split: splitOf(0, sums) }
}

function takeBest(open: OpenLeaf[]): SplitLeaf | undefined {
  let best: SplitLeaf | undefined
  for (const { split, ...leaf } of open) if (split && split.gain > (best?.split.gain ?? 0)) best = { ...leaf, split }
  if (best)
    open.splice(
      open.findIndex((leaf) => leaf.node === best.node),
      1,
    )
  return best
}

function splitLeaf(
  session: KernelSession,
  leaf: SplitLeaf,
  freeSlot: number,
  thresholds: readonly Thresholds[],
  nodes: Nodes,
  rules: GrowRules,
  splitOf: SplitOf | undefined,
): [OpenLeaf, OpenLeaf] {
  const { split } = leaf
  const middle = session.partition(split.feature, goesLeftOf(split), leaf.from, leaf.to)
  const left = { from: leaf.from, to: middle, node: nodes.add(middle - leaf.from) }
  const right = { from: middle, to: leaf.to, node: nodes.add(leaf.to - middle) }
  const cuts = thresholds[split.feature]!
  nodes.setSplit(leaf.node, split, cuts[split.bin] ?? MAX_FLOAT32, left.node, right.node)

  const [small, large] = middle - leaf.from <= leaf.to - middle ? [left, right] : [right, left]
  const canSplitOn = splitOf !== undefined && large.to - large.from >= 2 * rules.minRowsPerLeaf
  if (!canSplitOn) {
    const sums = sumsOfRows(session, small.from, small.to)
    return [
      { ...small, sums, slot: freeSlot, split: undefined },
      { ...large, sums: lessSums(leaf.sums, sums), slot: leaf.slot, split: undefined },
    ]
  }
  session.histogram(freeSlot, small.from, small.to)
  session.subtract(leaf.slot, freeSlot)
  const sums = sumsOfHistogram(session.histograms[freeSlot]!, small.to - small.from)
  const largeSums = lessSums(leaf.sums, sums)
  return [
    { ...small, sums, slot: freeSlot, split: splitOf(freeSlot, sums) },
    { ...large, sums: largeSums, slot: leaf.slot, split: splitOf(leaf.slot, largeSums) },
  ]
}

function goesLeftOf(split: Split): Uint8Array {
  const goesLeft = new Uint8Array(BINS_PER_FEATURE).fill(1, 0, split.bin + 1)
  goesLeft[MISSING_BIN] = split.missingGoesLeft ? 1 : 0
  return goesLeft
}

/** Every row is in one bin of the first feature, so its bins sum to the leaf. */
function sumsOfHistogram(histogram: Float64Array, rowCount: number): LeafSums {
  let gradient = 0
  let hessian = 0
  for (let i = 0; i < HISTOGRAM_STRIDE; i += 2) {
    gradient += histogram[i]!
    hessian += histogram[i + 1]!
  }
  return { gradient, hessian, rowCount }
}

function sumsOfRows(session: KernelSession, from: number, to: number): LeafSums {
  const { rows, gradients } = session
  let gradient = 0
  let hessian = 0
  for (let i = from; i < to; i++) {
    const row = rows[i]!
    gradient += gradients[2 * row]!
    hessian += gradients[2 * row + 1]!
  }
  return { gradient, hessian, rowCount: to - from }
}

const lessSums = (all: LeafSums, part: LeafSums): LeafSums => ({
  gradient: all.gradient - part.gradient,
  hessian: all.hessian - part.hessian,
  rowCount: all.rowCount - part.rowCount,
})

/** The Newton step that minimises the leaf's loss, shortened by the learning rate. */
const leafValue = ({ gradient, hessian }: LeafSums, { l2, learningRate }: GrowRules): number =>
  hessian + l2 > 0 ? Math.fround((-learningRate * gradient) / (hessian + l2)) : 0

type Nodes = ReturnType<typeof createNodes>

function createNodes(capacity: number) {
  const feature = new Int32Array(capacity).fill(-1)
  const threshold = new Float32Array(capacity)
  const left = new Int32Array(capacity)
  const right = new Int32Array(capacity)
  const missingLeft = new Uint8Array(capacity)
  const value = new Float32Array(capacity)
  const gain = new Float32Array(capacity)
  const rowCount = new Int32Array(capacity)
  const splitBin = new Int32Array(capacity)
  let count = 0
  return {
    add(rows: number): number {
      rowCount[count] = rows
      return count++
    },
    setSplit(node: number, split: Split, cut: number, leftNode: number, rightNode: number): void {
      feature[node] = split.feature
      threshold[node] = cut
      left[node] = leftNode
      right[node] = rightNode
      missingLeft[node] = split.missingGoesLeft ? 1 : 0
      gain[node] = split.gain
      splitBin[node] = split.bin
    },
    setLeaf(node: number, leaf: number): void {
      value[node] = leaf
    },
    finish: () => ({
      tree: {
        feature: feature.slice(0, count),
        threshold: threshold.slice(0, count),
        left: left.slice(0, count),
        right: right.slice(0, count),
        missingLeft: missingLeft.slice(0, count),
        value: value.slice(0, count),
        gain: gain.slice(0, count),
        rowCount: rowCount.slice(0, count),
      },
      splitBin: splitBin.slice(0, count),
    }),
  }
}
