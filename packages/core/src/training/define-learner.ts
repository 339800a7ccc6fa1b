import type { z } from 'zod'
import { RegiaError } from '../kernel/index.ts'
import type { FeatureMatrix } from './feature-matrix.ts'
import {
  type FitOptions,
  type FittedModel,
  type Learner,
  type LearnerKind,
  type LearningTask,
  parseParams,
} from './learner.ts'
import type { LearningTarget } from './target.ts'

export type LearnerDefinition<Params extends z.ZodObject> = {
  readonly kind: string
  readonly title: string
  readonly tasks: readonly LearningTask[]
  readonly params: Params
  /** Target, weights and matrix have been checked: they fit together and there is something to learn. */
  readonly fit: (
    matrix: FeatureMatrix,
    target: LearningTarget,
    params: z.output<Params>,
    options: FitOptions,
  ) => FittedModel
  readonly fromJson: (json: unknown) => FittedModel
}

/** An entry of the list of learners from what is particular to it: all learners check parameters, targets and matrices alike. */
export const defineLearner = <Params extends z.ZodObject>(definition: LearnerDefinition<Params>): LearnerKind => ({
  kind: definition.kind,
  title: definition.title,
  tasks: definition.tasks,
  params: definition.params,
  create: (params) => createLearner(definition, params),
  fromJson: (json) => guarded(definition.fromJson(json)),
})

function createLearner<Params extends z.ZodObject>(definition: LearnerDefinition<Params>, params: unknown): Learner {
  const parsed = parseParams(definition.kind, definition.params, params)
  return {
    kind: definition.kind,
    params: parsed,
    fit: (matrix, target, options) => {
      assertTask(definition, target)
      assertFits(matrix, target, options.weights)
      return guarded(definition.fit(matrix, target, parsed, options))
    },
  }
}

const guarded = (model: FittedModel): FittedModel => ({
  ...model,
  predict: (matrix) => {
    if (matrix.columns.length === model.featureCount) return model.predict(matrix)
    throw new RegiaError(
      'INVALID_INPUT',
      `The model takes ${model.featureCount} features, the matrix has ${matrix.columns.length}.`,
      { hint: 'Give it the features that it was trained on, in their order.' },
    )
  },
})

function assertTask({ kind, tasks }: Pick<LearnerKind, 'kind' | 'tasks'>, target: LearningTarget): void {
  if (tasks.includes(target.task)) return
  throw new RegiaError('INVALID_INPUT', `${kind} does not learn ${target.task} targets.`, {
    hint: `It learns: ${tasks.join(', ')}. Choose another learner or target.`,
  })
}

function assertFits(matrix: FeatureMatrix, target: LearningTarget, weights: Float64Array | undefined): void {
  const { rowCount } = matrix
  if (matrix.columns.length === 0 || rowCount === 0) {
    throw new RegiaError(
      'DATA_EMPTY',
      `There is nothing to learn from: ${matrix.columns.length} features, ${rowCount} rows.`,
      {
        hint: 'Give at least one feature and one row.',
      },
    )
  }
  const targetCount = target.task === 'regression' ? target.values.length : target.codes.length
  if (targetCount !== rowCount) {
    throw new RegiaError('INVALID_INPUT', `The target has ${targetCount} rows, the features have ${rowCount}.`, {
      hint: 'Give one target value per row.',
    })
  }
  if (weights === undefined || isUsable(weights, rowCount)) return
  throw new RegiaError('INVALID_INPUT', `The ${weights.length} weights do not fit the ${rowCount} rows.`, {
    hint: 'Give one finite number ≥ 0 per row, not all of them 0.',
  })
}

const isUsable = (weights: Float64Array, rowCount: number): boolean =>
  weights.length === rowCount &&
  weights.every((weight) => weight >= 0 && Number.isFinite(weight)) &&
  weights.some((weight) => weight > 0)
