import { z } from 'zod'
import { attr, type GraphBuilder } from '../onnx/index.ts'
import { defineLearner } from './define-learner.ts'
import { type FittedModel, LEARNING_TASKS, type Learner, parseState } from './learner.ts'
import { classFractions } from './target.ts'

const KIND = 'majority'

const stateSchema = z.object({
  task: z.enum(LEARNING_TASKS),
  featureCount: z.number().int(),
  outputs: z.array(z.number()).min(1),
})
type MajorityState = z.infer<typeof stateSchema>

/**
 * The baseline that ignores the features: it says the classes' frequencies in training, so its label is always the most frequent class.
 * For regression it says the mean.
 *
 * @example majority()
 */
export const majority = (): Learner => majorityKind.create()

/** The entry in the list of learners. */
export const majorityKind = defineLearner({
  kind: KIND,
  title: 'Baseline: the most frequent class, or the mean',
  tasks: LEARNING_TASKS,
  params: z.strictObject({}),
  fit: (matrix, target, _, { weights }) => {
    const outputs = target.task === 'regression' ? [mean(target.values, weights)] : [...classFractions(target, weights)]
    return createModel({ task: target.task, featureCount: matrix.columns.length, outputs })
  },
  fromJson: (json) => createModel(parseState(KIND, stateSchema, json)),
})

const createModel = (state: MajorityState): FittedModel => ({
  kind: KIND,
  task: state.task,
  featureCount: state.featureCount,
  outputCount: state.outputs.length,
  predict: ({ rowCount }) => state.outputs.map((output) => new Float64Array(rowCount).fill(output)),
  featureImportance: () => new Float64Array(state.featureCount),
  toJson: () => state,
  toOnnx: (graph, features) => repeatToOnnx(graph, features, state.outputs),
})

/** The same outputs for as many rows as there are. */
function repeatToOnnx(graph: GraphBuilder, features: string, outputs: readonly number[]): string {
  const rowCount = graph.node('Gather', [graph.node('Shape', [features]), graph.ints([0])], { axis: attr.int(0) })
  const shape = graph.node('Concat', [rowCount, graph.ints([outputs.length])], { axis: attr.int(0) })
  return graph.node('Expand', [graph.floats(outputs), shape])
}

function mean(values: Float64Array, weights: Float64Array | undefined): number {
  const total = weights ? weights.reduce((sum, weight) => sum + weight, 0) : values.length
  return values.reduce((sum, value, row) => sum + value * (weights?.[row] ?? 1), 0) / total
}
