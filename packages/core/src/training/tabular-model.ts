import { createRng, RegiaError, type Rng } from '../kernel/index.ts'
import type { Table } from '../table/index.ts'
import { fitFeatures } from './feature-flow.ts'
import { createTabularModel, type FittedTabularModel } from './fitted-tabular-model.ts'
import type { FitOptions, Learner } from './learner.ts'
import { readTarget, type TargetOptions } from './target.ts'
import type { Transform } from './transforms/transform.ts'

export type TabularModel = {
  /**
   * @throws RegiaError `COLUMN_MISSING`, `COLUMN_TYPE`, `DATA_EMPTY` or `INVALID_INPUT` when table, target and transforms do not fit
   * together.
   */
  readonly fit: (table: Table, options: TabularFitOptions) => FittedTabularModel
}

export type TabularFitOptions = TargetOptions &
  Omit<FitOptions, 'rng'> & {
    /** Where subsamples and held-out rows come from; a fixed seed when absent, so that equal fits give equal models. */
    readonly rng?: Rng
  }

/**
 * Transforms and a learner as one model over raw columns.
 *
 * Transforms run in order; one that names a column which another made reads that instead of the raw column:
 * `[impute(['age']), scale(['age'])]` scales what was imputed.
 *
 * @example
 * const model = tabularModel({
 *   transforms: [dateParts('date', ['hour', 'weekday']), ordinal(['origin'], { order: 'target' }), passthrough(['distance'])],
 *   learner: gradientBoosting({ trees: 100, leaves: 31 }),
 * }).fit(flights, { target: 'late' })
 * model.predict(flights).probabilities[1] // probability of late, row by row
 */
export function tabularModel(parts: {
  readonly transforms: readonly Transform[]
  readonly learner: Learner
}): TabularModel {
  return { fit: (table, options) => fitTabular(parts.transforms, parts.learner, table, options) }
}

function fitTabular(
  transforms: readonly Transform[],
  learner: Learner,
  table: Table,
  { rng = createRng('tabular model'), weights, onProgress, kernels, ...targetOptions }: TabularFitOptions,
): FittedTabularModel {
  assertTargetUnread(transforms, targetOptions.target)
  const { target, classes } = readTarget(table, targetOptions)
  const { transforms: fitted, inputColumns, matrix } = fitFeatures(transforms, table, target)
  const model = learner.fit(matrix, target, {
    rng,
    ...(weights && { weights }),
    ...(onProgress && { onProgress }),
    ...(kernels && { kernels }),
  })
  return createTabularModel({
    target: targetOptions.target,
    classes,
    inputColumns,
    featureNames: matrix.names,
    learner: { name: learner.kind, params: learner.params },
    transforms: fitted,
    model,
  })
}

function assertTargetUnread(transforms: readonly Transform[], target: string): void {
  if (!transforms.some(({ inputs }) => inputs.includes(target))) return
  throw new RegiaError('INVALID_INPUT', `A transform reads the target "${target}": the model would know the answer.`, {
    hint: 'Remove the target from the columns of the transforms.',
  })
}
