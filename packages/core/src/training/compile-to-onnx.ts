import { RegiaError } from '../kernel/index.ts'
import { attr, createGraphBuilder, encodeModel, type GraphBuilder, type InputColumn } from '../onnx/index.ts'
import { flowColumns } from './feature-flow.ts'
import type { FittedTabularModel } from './fitted-tabular-model.ts'
import { type GraphColumn, inputColumnToOnnx, toMatrix } from './transforms/graph-column.ts'

/** Names of a graph's outputs: `label` and `probabilities` of a classifier, `prediction` of a regression. */
export const MODEL_OUTPUTS = { label: 'label', probabilities: 'probabilities', prediction: 'prediction' } as const

/**
 * Compiles transforms and model into one ONNX graph over the raw columns.
 *
 * Inputs are of shape [rows, 1], with the column's name and the type that {@link inputElementType} tells; {@link inputTensors} makes
 * them from a table. Outputs: `label` STRING [rows] and `probabilities` FLOAT [rows, classes], the positive class last; for regression
 * `prediction` FLOAT [rows, 1]. The label is taken from the probabilities.
 *
 * @param inputs - The inputs to declare, when they should be nullable otherwise than training saw; by default the model's.
 * @returns The bytes of the ONNX file; equal models give equal bytes.
 * @throws RegiaError `INVALID_INPUT` when a raw column is named like an output.
 */
export function compileToOnnx(
  fitted: FittedTabularModel,
  inputs: readonly InputColumn[] = fitted.inputColumns,
): Uint8Array {
  for (const { name } of inputs) assertNotOutput(name)
  const graph = createGraphBuilder('regia-tabular-model')
  const raw = new Map(inputs.map((input) => [input.name, inputColumnToOnnx(graph, input)]))
  const columns = flowColumns(
    fitted.transforms,
    (name) => rawColumn(raw, name),
    (step, read) => {
      const made = step.toOnnx(graph, read)
      return new Map(step.outputs.map((name, i) => [name, made[i]!]))
    },
  )
  const outputs = fitted.model.toOnnx(graph, toMatrix(graph, [...columns.values()]))
  if (fitted.task === 'regression') addPrediction(graph, outputs)
  else addLabels(graph, outputs, fitted.classes)
  return encodeModel(graph.build())
}

function addPrediction(graph: GraphBuilder, values: string): void {
  graph.node('Identity', [values], {}, { output: MODEL_OUTPUTS.prediction })
  graph.output(MODEL_OUTPUTS.prediction, 'float', ['rows', 1])
}

function addLabels(graph: GraphBuilder, probabilities: string, classes: readonly string[]): void {
  const place = graph.node('ArgMax', [probabilities], { axis: attr.int(1), keepdims: attr.int(0) })
  const names = graph.constant({ elementType: 'string', dims: [classes.length], data: classes })
  graph.node('Gather', [names, place], { axis: attr.int(0) }, { output: MODEL_OUTPUTS.label })
  graph.node('Identity', [probabilities], {}, { output: MODEL_OUTPUTS.probabilities })
  graph.output(MODEL_OUTPUTS.label, 'string', ['rows'])
  graph.output(MODEL_OUTPUTS.probabilities, 'float', ['rows', classes.length])
}

function rawColumn(raw: ReadonlyMap<string, GraphColumn>, name: string): GraphColumn {
  const column = raw.get(name)
  if (column) return column
  throw new RegiaError('COLUMN_MISSING', `The graph has no input "${name}", which a transform reads.`, {
    hint: 'Declare all raw columns of the model as inputs.',
    data: { column: name },
  })
}

function assertNotOutput(name: string): void {
  if (!Object.values<string>(MODEL_OUTPUTS).includes(name)) return
  throw new RegiaError('INVALID_INPUT', `A raw column is named "${name}", like an output of the graph.`, {
    hint: 'Rename the column before training.',
    data: { column: name },
  })
}
