import type { Rng } from '../../kernel/index.ts'
import type { FeatureMatrix } from '../feature-matrix.ts'
import type { FitOptions } from '../learner.ts'
import type { LearningTarget } from '../target.ts'
import { assignBins, findAllThresholds, MISSING_BIN, type Thresholds } from './binning.ts'
import { type GrownTree, growTree } from './grow-tree.ts'
import { type KernelSession, typescriptKernels } from './kernels.ts'
import { createObjective, type Objective } from './objectives.ts'
import type { GradientBoostingParams } from './params.ts'
import { addToLeaves, type Tree } from './tree.ts'

/** Trees round by round: tree t adds to output `t mod outputCount`. */
export type Ensemble = { readonly trees: readonly Tree[]; readonly outputCount: number }

/**
 * Fits gradient-boosted trees on histograms of at most 255 bins per feature.
 *
 * @see Friedman (2001), Greedy function approximation; Ke et al. (2017), LightGBM.
 */
export function fitEnsemble(
  matrix: FeatureMatrix,
  target: LearningTarget,
  params: GradientBoostingParams,
  { rng, weights, onProgress, kernels = typescriptKernels }: FitOptions,
): Ensemble {
  const thresholds = findAllThresholds(matrix, params.bins, rng.fork('bins'))
  const session = kernels.open({
    rowCount: matrix.rowCount,
    featureCount: matrix.columns.length,
    histogramCount: params.leaves,
  })
  try {
    fillBins(session, matrix, thresholds)
    const objective = createObjective(target, weights)
    const parts = holdOut(matrix.rowCount, params.earlyStopping?.validationFraction ?? 0, rng.fork('validation'))
    return boost({ session, thresholds, objective, params, rng, parts, rowCount: matrix.rowCount, onProgress })
  } finally {
    session.close()
  }
}

type Boosting = {
  readonly session: KernelSession
  readonly thresholds: readonly Thresholds[]
  readonly objective: Objective
  readonly params: GradientBoostingParams
  readonly rng: Rng
  readonly parts: { readonly training: Int32Array; readonly validation: Int32Array }
  readonly rowCount: number
  readonly onProgress: FitOptions['onProgress']
}

function boost(work: Boosting): Ensemble {
  const { objective, params, parts, onProgress } = work
  const scores = startScores(objective.baseScores, work.rowCount)
  const stopping = createStopping(params.earlyStopping?.patience ?? params.trees)
  const trees: Tree[] = []
  for (let round = 0; round < params.trees; round++) {
    trees.push(...growRound(work, scores, round))
    const validationLoss = parts.validation.length > 0 ? objective.meanLoss(scores, parts.validation) : undefined
    onProgress?.({ done: round + 1, total: params.trees, ...(validationLoss !== undefined && { validationLoss }) })
    if (validationLoss !== undefined && stopping.isOver(validationLoss)) break
  }
  const kept = parts.validation.length > 0 ? stopping.bestRound() + 1 : trees.length
  const { outputCount, baseScores } = objective
  return {
    outputCount,
    trees: trees
      .slice(0, kept * outputCount)
      .map((tree, t) => (t < outputCount ? addToLeaves(tree, baseScores[t]!) : tree)),
  }
}

function growRound(work: Boosting, scores: Float64Array, round: number): Tree[] {
  const { session, objective, params, rowCount, thresholds } = work
  const rng = work.rng.fork(`round ${round}`)
  objective.beginRound(scores)
  const inBag = sampleRows(work.parts.training, params.subsample, rng)
  return Array.from({ length: objective.outputCount }, (_, output) => {
    objective.writeGradients(output, session.gradients)
    session.rows.set(inBag)
    const features = sampleFeatures(thresholds.length, params.featureFraction, rng)
    const grown = growTree(session, inBag.length, thresholds, features, params)
    const ofOutput = scores.subarray(output * rowCount, (output + 1) * rowCount)
    if (inBag.length === rowCount) addByLeaves(grown, session.rows, ofOutput)
    else addByBins(grown, session.binsByFeature, ofOutput)
    return grown.tree
  })
}

/** When every row is in the tree, its leaves already list their rows. */
function addByLeaves({ leaves }: GrownTree, rows: Int32Array, scores: Float64Array): void {
  for (const { from, to, value } of leaves) for (let i = from; i < to; i++) scores[rows[i]!]! += value
}

function addByBins({ tree, splitBin }: GrownTree, bins: readonly Uint8Array[], scores: Float64Array): void {
  const { feature, left, right, missingLeft, value } = tree
  for (let row = 0; row < scores.length; row++) {
    let node = 0
    while (feature[node]! >= 0) {
      const bin = bins[feature[node]!]![row]!
      const goesLeft = bin === MISSING_BIN ? missingLeft[node] === 1 : bin <= splitBin[node]!
      node = goesLeft ? left[node]! : right[node]!
    }
    scores[row]! += value[node]!
  }
}

function fillBins(
  session: KernelSession,
  { columns, rowCount }: FeatureMatrix,
  thresholds: readonly Thresholds[],
): void {
  const featureCount = columns.length
  columns.forEach((column, feature) => {
    const bins = session.binsByFeature[feature]!
    assignBins(column, thresholds[feature]!, bins)
    for (let row = 0; row < rowCount; row++) session.binsByRow[row * featureCount + feature] = bins[row]!
  })
}

function startScores(baseScores: Float64Array, rowCount: number): Float64Array {
  const scores = new Float64Array(baseScores.length * rowCount)
  baseScores.forEach((score, output) => {
    scores.fill(score, output * rowCount, (output + 1) * rowCount)
  })
  return scores
}

function holdOut(rowCount: number, fraction: number, rng: Rng): Boosting['parts'] {
  const isHeld = Uint8Array.from({ length: rowCount }, () => (fraction > 0 && rng.next() < fraction ? 1 : 0))
  const rows = Int32Array.from(isHeld.keys())
  const training = rows.filter((row) => !isHeld[row])
  // A table so small that one side is empty is trained on whole, for all rounds.
  if (training.length === 0) return { training: rows, validation: new Int32Array() }
  return { training, validation: rows.filter((row) => isHeld[row]) }
}

function sampleRows(rows: Int32Array, fraction: number, rng: Rng): Int32Array {
  if (fraction === 1) return rows
  const sample = rows.filter(() => rng.next() < fraction)
  return sample.length > 0 ? sample : rows
}

function sampleFeatures(featureCount: number, fraction: number, rng: Rng): Int32Array {
  const features = Int32Array.from({ length: featureCount }, (_, feature) => feature)
  const kept = Math.max(1, Math.round(fraction * featureCount))
  for (let i = 0; i < kept && kept < featureCount; i++) {
    const other = i + rng.integer(featureCount - i)
    const held = features[i]!
    features[i] = features[other]!
    features[other] = held
  }
  return features.slice(0, kept).sort()
}

function createStopping(patience: number) {
  let best = Infinity
  let bestRound = 0
  let round = -1
  return {
    isOver(loss: number): boolean {
      round++
      if (loss < best) {
        best = loss
        bestRound = round
      }
      return round - bestRound >= patience
    },
    bestRound: () => bestRound,
  }
}
