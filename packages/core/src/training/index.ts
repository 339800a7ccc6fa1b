export * from './compile-to-onnx.ts'
export * from './feature-matrix.ts'
export type {
  FeatureImportance,
  FittedTabularModel,
  TablePrediction,
} from './fitted-tabular-model.ts'
export { gradientBoosting } from './gradient-boosting/gradient-boosting.ts'
export * from './gradient-boosting/kernels.ts'
export type { GradientBoostingOptions, GradientBoostingParams } from './gradient-boosting/params.ts'
export * from './learner.ts'
export * from './learners.ts'
export { type LogisticRegressionParams, logisticRegression } from './logistic-regression.ts'
export { majority } from './majority.ts'
export { stratifiedRandom } from './stratified-random.ts'
export * from './tabular-model.ts'
export { tabularModelFromJson } from './tabular-model-from-json.ts'
export * from './target.ts'
export * from './transforms/index.ts'
