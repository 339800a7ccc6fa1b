import { z } from 'zod'
import { attr, type GraphBuilder } from '../onnx/index.ts'
import { defineLearner } from './define-learner.ts'
import { type FittedModel, type Learner, parseState } from './learner.ts'
import { drawFactors, drawRows, drawRowsToOnnx } from './row-draw.ts'
import { classFractions } from './target.ts'

const KIND = 'stratifiedRandom'

const stateSchema = z.object({
  fractions: z.array(z.number()).min(2),
  /** One whole number per feature, which spreads its values over the draws. */
  factors: z.array(z.number().int()),
})
type StratifiedState = z.infer<typeof stateSchema>

/**
 * The baseline that guesses: each row gets one class with probability 1, drawn with the classes' frequencies in training.
 * The draw is a hash of the row's features, so that equal rows get equal guesses, here and in the graph.
 *
 * @example stratifiedRandom()
 */
export const stratifiedRandom = (): Learner => stratifiedRandomKind.create()

/** The entry in the list of learners. */
export const stratifiedRandomKind = defineLearner({
  kind: KIND,
  title: 'Baseline: a random class, as often as in training',
  tasks: ['binary', 'multiclass'],
  params: z.strictObject({}),
  fit: (matrix, target, _, { rng, weights }) => {
    if (target.task === 'regression') throw new Error('unreachable: the task was checked')
    const fractions = [...classFractions(target, weights)]
    return createModel({ fractions, factors: drawFactors(matrix.columns.length, rng) })
  },
  fromJson: (json) => createModel(parseState(KIND, stateSchema, json)),
})

const createModel = (state: StratifiedState): FittedModel => ({
  kind: KIND,
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
  toOnnx: (graph, features) => drawToOnnx(graph, features, state),
})

/** Class k is drawn between the bounds k − 1 and k; float32, the last above every draw. */
const upperBounds = (fractions: readonly number[]): number[] => {
  let sum = 0
  return fractions.map((fraction, k) => {
    sum += fraction
    return k === fractions.length - 1 ? 2 : Math.fround(sum)
  })
}

function drawToOnnx(graph: GraphBuilder, features: string, { fractions, factors }: StratifiedState): string {
  const bounds = upperBounds(fractions)
  const draws = drawRowsToOnnx(graph, features, factors)
  const isBelow = graph.node('Less', [draws, graph.floats(bounds)])
  const isAbove = graph.node('GreaterOrEqual', [draws, graph.floats([-1, ...bounds.slice(0, -1)])])
  return graph.node('Cast', [graph.node('And', [isBelow, isAbove])], { to: attr.int(1) })
}
