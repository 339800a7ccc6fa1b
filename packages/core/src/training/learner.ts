import type { z } from 'zod'
import { type JsonObject, RegiaError, type Rng } from '../kernel/index.ts'
import type { GraphBuilder } from '../onnx/index.ts'
import type { FeatureMatrix } from './feature-matrix.ts'
import type { HistogramKernels } from './gradient-boosting/kernels.ts'
import type { LearningTarget } from './target.ts'

export const LEARNING_TASKS = ['binary', 'multiclass', 'regression'] as const
export type LearningTask = (typeof LEARNING_TASKS)[number]

/** How far a fit has come, in the learner's own units (trees, iterations). */
export type FitProgress = { readonly done: number; readonly total: number; readonly validationLoss?: number }

export type FitOptions = {
  readonly rng: Rng
  /** One weight ≥ 0 per row; all 1 when absent. */
  readonly weights?: Float64Array
  readonly onProgress?: (progress: FitProgress) => void
  /** Faster hot loops for the learners that have any. */
  readonly kernels?: HistogramKernels
}

/** A learner with its parameters: what `gradientBoosting({ trees: 100 })` returns. */
export type Learner = {
  readonly kind: string
  readonly params: { readonly [name: string]: unknown }
  /** @throws RegiaError `DATA_EMPTY` without rows or features; `INVALID_INPUT` when the learner does not learn the target's task, or rows do not match. */
  readonly fit: (matrix: FeatureMatrix, target: LearningTarget, options: FitOptions) => FittedModel
}

export type FittedModel = {
  readonly kind: string
  readonly task: LearningTask
  readonly featureCount: number
  /** How many numbers it gives a row: one probability per class, or one value. */
  readonly outputCount: number
  /** One array of shape (rows,) per class: probabilities that sum to 1 in each row; for regression one array of values. */
  readonly predict: (matrix: FeatureMatrix) => Float64Array[]
  /** How much each feature counts, shape (features,), ≥ 0, summing to 1 unless all are 0. */
  readonly featureImportance: () => Float64Array
  /** Everything `fromJson` of its kind needs to predict the same. */
  readonly toJson: () => JsonObject
  /** Adds the nodes that compute the same from a FLOAT tensor [rows, features], and names their FLOAT tensor [rows, outputs]. */
  readonly toOnnx: (graph: GraphBuilder, features: string) => string
}

/** An entry of the list of learners. */
export type LearnerKind = {
  readonly kind: string
  readonly title: string
  readonly tasks: readonly LearningTask[]
  readonly params: z.ZodObject
  /** @throws RegiaError `INVALID_INPUT` naming the parameter that is wrong. */
  readonly create: (params?: unknown) => Learner
  /** @throws RegiaError `MODEL_INVALID` when the JSON is not of this kind. */
  readonly fromJson: (json: unknown) => FittedModel
}

/**
 * The one way in which learners and transforms check their parameters.
 *
 * @throws RegiaError `INVALID_INPUT` naming the kind, the parameter and what is wrong with it.
 */
export function parseParams<Schema extends z.ZodType>(kind: string, schema: Schema, params: unknown): z.output<Schema> {
  const parsed = schema.safeParse(params ?? {})
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new RegiaError('INVALID_INPUT', `A parameter of ${kind} is wrong: ${issue?.message ?? 'unknown'}.`, {
    where: `${kind}({ ${issue?.path.join('.') ?? ''} })`,
    hint: 'Correct or leave out the parameter; its default then holds.',
  })
}

/** Reads fitted state. @throws RegiaError `MODEL_INVALID` naming the kind and the place. */
export function parseState<Schema extends z.ZodType>(kind: string, schema: Schema, json: unknown): z.output<Schema> {
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new RegiaError(
    'MODEL_INVALID',
    `This is not the state of a fitted "${kind}": ${issue?.message ?? 'unknown'}.`,
    {
      where: issue?.path.join('.') ?? kind,
      hint: 'Load what toJson() of the same version wrote.',
    },
  )
}
