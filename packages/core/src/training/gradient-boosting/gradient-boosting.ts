import { z } from 'zod'
import type { JsonObject } from '../../kernel/index.ts'
import { defineLearner } from '../define-learner.ts'
import type { FeatureMatrix } from '../feature-matrix.ts'
import { type FittedModel, LEARNING_TASKS, type Learner, type LearningTask, parseState } from '../learner.ts'
import { toProbabilities } from '../score-probabilities.ts'
import { toShares } from '../shares.ts'
import { type Ensemble, fitEnsemble } from './boosting.ts'
import { type GradientBoostingOptions, gradientBoostingParams } from './params.ts'
import { ensembleToOnnx } from './to-onnx.ts'
import { addTreeScores, treeFromJson, treeSchema, treeToJson } from './tree.ts'

const KIND = 'gradientBoosting'
/** Rows that are laid out row by row at once while predicting: they stay in the processor's cache for all trees. */
const BLOCK_ROWS = 256

/**
 * Gradient-boosted trees: the default for tables. Missing values need no imputing, scales do not matter, and categories do best
 * ordered by target (`ordinal`).
 *
 * @param params - See {@link GradientBoostingOptions}; the defaults are 100 trees of 31 leaves with learning rate 0.1.
 * @throws RegiaError `INVALID_INPUT` naming a parameter that is out of range.
 * @see Ke et al. (2017), LightGBM.
 * @example gradientBoosting({ trees: 200, leaves: 31, learningRate: 0.05 })
 */
export const gradientBoosting = (params: GradientBoostingOptions = {}): Learner => gradientBoostingKind.create(params)

/** The entry in the list of learners. */
export const gradientBoostingKind = defineLearner({
  kind: KIND,
  title: 'Gradient-boosted trees',
  tasks: LEARNING_TASKS,
  params: gradientBoostingParams,
  fit: (matrix, target, params, options) =>
    createModel(target.task, matrix.columns.length, fitEnsemble(matrix, target, params, options)),
  fromJson: (json) => {
    const { task, featureCount, outputCount, trees } = parseState(KIND, stateSchema, json)
    return createModel(task, featureCount, { outputCount, trees: trees.map(treeFromJson) })
  },
})

function createModel(task: LearningTask, featureCount: number, ensemble: Ensemble): FittedModel {
  return {
    kind: KIND,
    task,
    featureCount,
    outputCount: task === 'binary' ? 2 : ensemble.outputCount,
    predict: (matrix) => {
      const scores = scoreRows(ensemble, matrix)
      return task === 'regression' ? [scores] : toProbabilities(scores, ensemble.outputCount, matrix.rowCount)
    },
    featureImportance: () => gainShares(ensemble, featureCount),
    toJson: () => toJson(task, featureCount, ensemble),
    toOnnx: (graph, features) => ensembleToOnnx(graph, features, ensemble, task),
  }
}

/** Raw scores, output by output. */
function scoreRows({ trees, outputCount }: Ensemble, { columns, rowCount }: FeatureMatrix): Float64Array {
  const scores = new Float64Array(outputCount * rowCount)
  const block = new Float32Array(BLOCK_ROWS * columns.length)
  for (let from = 0; from < rowCount; from += BLOCK_ROWS) {
    const count = Math.min(BLOCK_ROWS, rowCount - from)
    columns.forEach((column, feature) => {
      for (let row = 0; row < count; row++) block[row * columns.length + feature] = column[from + row]!
    })
    trees.forEach((tree, t) => {
      addTreeScores(tree, block, columns.length, count, scores, (t % outputCount) * rowCount + from)
    })
  }
  return scores
}

function gainShares({ trees }: Ensemble, featureCount: number): Float64Array {
  const gains = new Float64Array(featureCount)
  for (const { feature, gain } of trees) {
    for (let node = 0; node < feature.length; node++) if (feature[node]! >= 0) gains[feature[node]!]! += gain[node]!
  }
  return toShares(gains)
}

const stateSchema = z.object({
  task: z.enum(LEARNING_TASKS),
  featureCount: z.number().int(),
  outputCount: z.number().int(),
  trees: z.array(treeSchema).min(1),
})

const toJson = (task: LearningTask, featureCount: number, { trees, outputCount }: Ensemble): JsonObject => ({
  task,
  featureCount,
  outputCount,
  trees: trees.map(treeToJson),
})
