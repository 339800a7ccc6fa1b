// Computing on tables inside a step.
// Models: transforms, learners, metrics.
// Features with history, checks, errors.
export {
  boolColumn,
  type Cell,
  type Column,
  type ColumnRule,
  type ColumnType,
  concatRows,
  count,
  createRng,
  createRollingAggregate,
  type DatePart,
  dateParts,
  type FeatureView,
  type FittedTabularModel,
  featureView,
  filterRows,
  floatColumn,
  fromRows,
  getColumn,
  getNumericColumn,
  getStringColumn,
  gradientBoosting,
  head,
  impute,
  intColumn,
  isNullAt,
  type Learner,
  logisticRegression,
  majority,
  makeTable,
  max,
  mean,
  min,
  noise,
  oneHot,
  ordinal,
  passthrough,
  pointInTimeSql,
  RegiaError,
  type Rng,
  type Row,
  scale,
  selectColumns,
  shuffled,
  stratifiedRandom,
  stringColumn,
  sum,
  type Table,
  type TableSchema,
  type Transform,
  tabularModel,
  takeRows,
  timestampColumn,
  toRows,
  withColumn,
  withoutColumns,
} from '@regia/core'
export type { FileHandle, ModelHandle, Progress, StepContext, TableHandle } from '@regia/engine'
export { z } from 'zod'
export { type ApproveOptions, approve } from './approve.ts'
export { type Catalog, catalog, type Flow, type NodeOptions } from './catalog/catalog.ts'
export { type Entry, entry, type ParamEntry } from './catalog/entry.ts'
export type { FlowNode } from './catalog/names.ts'
export { type Checks, checks } from './checks.ts'
export { type Command, type CommandOptions, command } from './command.ts'
export { atLeast, atMost, equals, greaterThan, lessThan, not, type RunCondition } from './conditions.ts'
export {
  alertTime,
  defineConfig,
  type EndpointDefinition,
  endpoint,
  type MonitorDefinition,
  monitor,
  retrain,
} from './declarations.ts'
export { field } from './field.ts'
export { type GateInputs, gate, register } from './gate.ts'
export { defineExecutor, type ExecutorKind } from './kinds/executor.ts'
export type { KindPlace } from './kinds/kind-place.ts'
export { defineNotifier, type NotifierKind } from './kinds/notifier.ts'
export { defineStepType, type StepType } from './kinds/step-type.ts'
export { defineStore, type StoreKind } from './kinds/store.ts'
export { defineTransform, type OwnTransformKind } from './kinds/transform.ts'
export { type NotebookOptions, notebook } from './notebook.ts'
export {
  type NotifierDefinition,
  type NotifierOptions,
  notifier,
  notifyBy,
  slack,
  smtp,
  webhook,
} from './notifier.ts'
export { type PackagedModel, type PackageOptions, packageModel } from './package-model.ts'
export { type Pipeline, type PipelineOptions, pipeline } from './pipeline.ts'
export {
  type FilePort,
  type FolderPort,
  figure,
  file,
  folder,
  html,
  json,
  type ListPort,
  list,
  type ModelPort,
  markdown,
  model,
  type PortLike,
  type Ports,
  type SchemaInput,
  type TablePort,
  table,
  type ValuePort,
  value,
} from './ports.ts'
export {
  dataset,
  type FileData,
  type FolderData,
  type ListRef,
  type ModelData,
  type Ref,
  type ReportData,
  registry,
  type TableData,
} from './refs.ts'
export { rocAuc } from './roc-auc.ts'
export { type TestContext, tableHandle } from './run-here.ts'
export {
  cron,
  onAlert,
  onAlias,
  onDataset,
  onWebhook,
  type ScheduleDefinition,
  type ScheduleOptions,
  schedule,
} from './schedule.ts'
export { type ScoreOptions, score } from './score.ts'
export { type Step, type StepSpec, step } from './step.ts'
export type { StepSettings } from './step-settings.ts'
export {
  type ActiveRun,
  currentRun,
  type DatasetOptions,
  type DatasetSource,
  type ModelOptions,
  startRun,
  type TrackOptions,
  track,
} from './track/index.ts'
export { when } from './when.ts'
export { type MapOptions, partitionsOf, rowsOf } from './wire-step.ts'
export type { Wire, Wires } from './wires.ts'
