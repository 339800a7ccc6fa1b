import { z } from 'zod'
import type { Rng } from '../kernel/index.ts'
import { attr, type GraphBuilder } from '../onnx/index.ts'
import {
  type FitOptions,
  type FittedModel,
  type Learner,
  type LearnerKind,
  type LearningTask,
  parseParams,
  parseState,
} from './learner.ts'
import { drawRows, drawRowsToOnnx } from './row-draw.ts'
import { assertTask, classFractions, type LearningTarget } from './target.ts'

const MAJORITY = 'majority'
const STRATIFIED = 'stratifiedRandom'
const MAJORITY_TASKS: readonly LearningTask[] = ['binary', 'multiclass', 'regression']
const STRATIFIED_TASKS: readonly LearningTask[] = ['binary', 'multiclass']

const noParams = z.strictObject({})
const majoritySchema = z.object({
  task: z.enum(['binary', 'multiclass', 'regression']),
  featureCount: z.number().int(),
  outputs: z.array(z.number()).min(1),
})
const stratifiedSchema = z.object({
  fractions: z.array(z.number()).min(2),
  /** One whole number per feature, which spreads its values over the draws. */
  factors: z.array(z.number().int()),
})
type MajorityState = z.infer<typeof majoritySchema>
type StratifiedState = z.infer<typeof stratifiedSchema>

/**
 * The baseline that ignores the features: it says the classes' frequencies in training, so its label is always the most frequent class.
 * For regression it says the mean.
 *
 * @example majority()
 */
export const majority = (): Learner => createMajority()

/**
 * The baseline that guesses: each row gets one class with probability 1, drawn with the classes' frequencies in training.
 * The draw is a hash of the row's features, so that equal rows get equal guesses, here and in the graph.
 *
 * @example stratifiedRandom()
 */
export const stratifiedRandom = (): Learner => createStratified()

function createMajority(params?: unknown): Learner {
  parseParams(MAJORITY, noParams, params)
  return {
    kind: MAJORITY,
    params: {},
    fit: (matrix, target, { weights }) => {
      assertTask(MAJORITY, MAJORITY_TASKS, target)
      const outputs =
        target.task === 'regression' ? [mean(target.values, weights)] : [...classFractions(target, weights)]
      return majorityModel({ task: target.task, featureCount: matrix.columns.length, outputs })
    },
  }
}

const majorityModel = (state: MajorityState): FittedModel => ({
  kind: MAJORITY,
  task: state.task,
  featureCount: state.featureCount,
  outputCount: state.outputs.length,
  predict: ({ rowCount }) => state.outputs.map((output) => new Float64Array(rowCount).fill(output)),
  featureImportance: () => new Float64Array(state.featureCount),
  toJson: () => state,
  toOnnx: (graph, features) => majorityToOnnx(graph, features, state.outputs),
})

function majorityToOnnx(graph: GraphBuilder, features: string, outputs: readonly number[]): string {
  const rowCount = graph.node('Gather', [graph.node('Shape', [features]), graph.ints([0])], { axis: attr.int(0) })
  const shape = graph.node('Concat', [rowCount, graph.ints([outputs.length])], { axis: attr.int(0) })
  return graph.node('Expand', [graph.floats(outputs), shape])
}

function createStratified(params?: unknown): Learner {
  parseParams(STRATIFIED, noParams, params)
  return {
    kind: STRATIFIED,
    params: {},
    fit: (matrix, target, options) => {
      assertTask(STRATIFIED, STRATIFIED_TASKS, target)
      return stratifiedModel(drawState(matrix.columns.length, target, options))
    },
  }
}

function drawState(featureCount: number, target: LearningTarget, { rng, weights }: FitOptions): StratifiedState {
  if (target.task === 'regression') throw new Error('unreachable: the task was checked')
  return { fractions: [...classFractions(target, weights)], factors: drawFactors(featureCount, rng) }
}

const drawFactors = (featureCount: number, rng: Rng): number[] =>
  Array.from({ length: featureCount }, () => 1000 + rng.integer(7000))

const stratifiedModel = (state: StratifiedState): FittedModel => ({
  kind: STRATIFIED,
  task: state.fractions.length === 2 ? 'binary' : 'multiclass',
  featureCount: state.factors.length,
  outputCount: state.fractions.length,
  predict: (matrix) => {
    const bounds = upperBounds(state.fractions)
    const draws = drawRows(matrix, state.factors)
    return bounds.map((bound, k) => draws.map((draw) => (draw < bound && draw >= (bounds[k - 1] ?? -1) ? 1 : 0)))
  },
  featureImportance: () => new Float64Array(state.factors.length),
  toJson: () => state,
  toOnnx: (graph, features) => stratifiedToOnnx(graph, features, state),
})

/** Class k is drawn between the bounds k − 1 and k; float32, the last above every draw. */
const upperBounds = (fractions: readonly number[]): number[] => {
  let sum = 0
  return fractions.map((fraction, k) => {
    sum += fraction
    return k === fractions.length - 1 ? 2 : Math.fround(sum)
  })
}

function stratifiedToOnnx(graph: GraphBuilder, features: string, { fractions, factors }: StratifiedState): string {
  const bounds = upperBounds(fractions)
  const draws = drawRowsToOnnx(graph, features, factors)
  const isBelow = graph.node('Less', [draws, graph.floats(bounds)])
  const isAbove = graph.node('GreaterOrEqual', [draws, graph.floats([-1, ...bounds.slice(0, -1)])])
  return graph.node('Cast', [graph.node('And', [isBelow, isAbove])], { to: attr.int(1) })
}

function mean(values: Float64Array, weights: Float64Array | undefined): number {
  const total = weights ? weights.reduce((sum, weight) => sum + weight, 0) : values.length
  return values.reduce((sum, value, row) => sum + value * (weights?.[row] ?? 1), 0) / total
}

export const majorityKind: LearnerKind = {
  kind: MAJORITY,
  title: 'Baseline: the most frequent class, or the mean',
  tasks: MAJORITY_TASKS,
  params: noParams,
  create: createMajority,
  fromJson: (json) => majorityModel(parseState(MAJORITY, majoritySchema, json)),
}

export const stratifiedRandomKind: LearnerKind = {
  kind: STRATIFIED,
  title: 'Baseline: a random class, as often as in training',
  tasks: STRATIFIED_TASKS,
  params: noParams,
  create: createStratified,
  fromJson: (json) => stratifiedModel(parseState(STRATIFIED, stratifiedSchema, json)),
}
