import type { JsonObject } from '../kernel/index.ts'
import type { InputColumn } from '../onnx/index.ts'
import type { Table } from '../table/index.ts'
import { applyFeatures } from './feature-flow.ts'
import type { FeatureMatrix } from './feature-matrix.ts'
import type { FittedModel, LearningTask } from './learner.ts'
import type { FittedTransform } from './transforms/transform.ts'

/** Predictions for the rows of a table, in its order. */
export type TablePrediction = {
  readonly rowCount: number
  /** Names of the classes; empty for regression. */
  readonly classes: readonly string[]
  /** One array of shape (rows,) per class; each row sums to 1. Empty for regression. */
  readonly probabilities: readonly Float64Array[]
  /** The most probable class of each row, the first of equals. Empty for regression. */
  readonly labels: readonly string[]
  /** For regression: shape (rows,). Empty for classification. */
  readonly values: Float64Array
}

export type FeatureImportance = { readonly feature: string; readonly importance: number }

export type FittedTabularModel = {
  readonly task: LearningTask
  readonly target: string
  /** Class labels as text; the positive class is the last. Empty for regression. */
  readonly classes: readonly string[]
  /** The class that scores speak of: the last one. */
  readonly positive: string | undefined
  /** The raw columns that predictions need; `nullable` where training saw nulls. */
  readonly inputColumns: readonly InputColumn[]
  readonly featureNames: readonly string[]
  readonly learner: { readonly name: string; readonly params: { readonly [name: string]: unknown } }
  readonly transforms: readonly FittedTransform[]
  readonly model: FittedModel
  /** @throws RegiaError `COLUMN_MISSING` or `COLUMN_TYPE` naming the raw column that is wrong. */
  readonly predict: (table: Table) => TablePrediction
  /** What the learner sees of a table. */
  readonly features: (table: Table) => FeatureMatrix
  /** Most important first; importances ≥ 0 that sum to 1 (all 0 for baselines). */
  readonly featureImportance: () => FeatureImportance[]
  readonly toJson: () => JsonObject
}

/** What a fitted model consists of. */
export type TabularState = {
  readonly target: string
  readonly classes: readonly string[]
  readonly inputColumns: readonly InputColumn[]
  readonly featureNames: readonly string[]
  readonly learner: { readonly name: string; readonly params: { readonly [name: string]: unknown } }
  readonly transforms: readonly FittedTransform[]
  readonly model: FittedModel
}

/** The model of its state, as fitted or as read from JSON. */
export function createTabularModel(state: TabularState): FittedTabularModel {
  const { model, transforms, inputColumns, classes, featureNames } = state
  const features = (table: Table) => applyFeatures(transforms, inputColumns, table)
  return {
    ...state,
    task: model.task,
    positive: classes.at(-1),
    features,
    predict: (table) => toPrediction(model.predict(features(table)), classes, table.rowCount),
    featureImportance: () => rankFeatures(featureNames, model.featureImportance()),
    toJson: () => tabularToJson(state),
  }
}

function toPrediction(outputs: Float64Array[], classes: readonly string[], rowCount: number): TablePrediction {
  if (classes.length === 0) return { rowCount, classes, probabilities: [], labels: [], values: outputs[0]! }
  return {
    rowCount,
    classes,
    probabilities: outputs,
    labels: Array.from({ length: rowCount }, (_, row) => classes[mostProbable(outputs, row)]!),
    values: new Float64Array(),
  }
}

function mostProbable(probabilities: readonly Float64Array[], row: number): number {
  let best = 0
  for (let k = 1; k < probabilities.length; k++) if (probabilities[k]![row]! > probabilities[best]![row]!) best = k
  return best
}

const rankFeatures = (names: readonly string[], importance: Float64Array): FeatureImportance[] =>
  names.map((feature, i) => ({ feature, importance: importance[i]! })).sort((a, b) => b.importance - a.importance)

const tabularToJson = ({ transforms, model, learner, ...state }: TabularState): JsonObject => ({
  format: 1,
  ...state,
  // A parameter that is absent is left out, as JSON has no undefined.
  learner: JSON.parse(JSON.stringify(learner)) as JsonObject,
  transforms: transforms.map((transform) => ({ kind: transform.kind, state: transform.toJson() })),
  model: { kind: model.kind, state: model.toJson() },
})
