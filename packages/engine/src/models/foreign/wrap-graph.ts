import {
  attr,
  createGraphBuilder,
  ELEMENT_TYPES,
  encodeModel,
  type GraphBuilder,
  inputElementType,
  MODEL_OUTPUTS,
  NULL_INT64,
  type OnnxModel,
  RegiaError,
  type Signature,
  type SignatureColumn,
} from '@regia/core'
import { type ForeignGraph, type ForeignTensor, foreignName } from './foreign-graph.ts'

/**
 * Puts raw columns in front of a foreign graph and Regia's outputs behind it, so that it is asked like any model of Regia's.
 *
 * A tensor of n columns gets n raw columns side by side, in the order of the signature; a null is NaN in it. Inputs that are named like
 * columns get those.
 *
 * @param output - The foreign output with probabilities (or the probability of the second class), or with values.
 * @throws RegiaError `MODEL_INVALID` when inputs and columns do not go together.
 */
export function wrapGraph(foreign: ForeignGraph, signature: Signature, output: ForeignTensor): Uint8Array {
  const before = createGraphBuilder('regia-wrapped-model')
  const raw = new Map(signature.inputs.map((column) => [column.name, rawInput(before, column)]))
  for (const { input, columns } of assignColumns(foreign.inputs, signature.inputs)) {
    feed(
      before,
      input,
      columns.map((column) => [column, raw.get(column.name) ?? ''] as const),
    )
  }
  const after = createGraphBuilder('outputs')
  if (signature.task === 'regression') addPrediction(after, output)
  else addProbabilities(after, output, signature.classes ?? [])
  return encodeModel(joined(before.build(), foreign.model, after.build()))
}

const FIRST_WITH_CONSTANTS = 4

/** Initializers of the two builders have the same names, so those behind are renamed. */
function joined(before: OnnxModel, foreign: OnnxModel, after: OnnxModel): OnnxModel {
  const own = new Set([...after.graph.initializers, ...after.graph.nodes].map(({ name }) => name))
  const outputs = new Set(after.graph.outputs.map(({ name }) => name))
  const rename = (name: string) => (own.has(name) && !outputs.has(name) ? `after/${name}` : name)
  const behind = after.graph.nodes.map((node) => ({
    ...node,
    name: rename(node.name),
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
  }))
  const constants = after.graph.initializers.map((tensor) => ({ ...tensor, name: rename(tensor.name) }))
  return {
    ...foreign,
    // Before version 4 every initializer had to be an input, too.
    irVersion: Math.max(foreign.irVersion, FIRST_WITH_CONSTANTS),
    opsets: { ...foreign.opsets, '': foreign.opsets[''] ?? before.opsets[''] ?? 17 },
    metadata: {},
    graph: {
      name: before.graph.name,
      nodes: [...before.graph.nodes, ...foreign.graph.nodes, ...behind],
      initializers: [...before.graph.initializers, ...foreign.graph.initializers, ...constants],
      inputs: before.graph.inputs,
      outputs: after.graph.outputs,
    },
  }
}

const rawInput = (graph: GraphBuilder, column: SignatureColumn): string =>
  graph.input(column.name, inputElementType(column), ['rows', 1])

type Assigned = { readonly input: ForeignTensor; readonly columns: readonly SignatureColumn[] }

/** Which columns go into which input: by name where all are named like columns, else one after another. */
export function assignColumns(inputs: readonly ForeignTensor[], columns: readonly SignatureColumn[]): Assigned[] {
  const byName = new Map(columns.map((column) => [column.name, column]))
  if (inputs.length === columns.length && inputs.every(({ name }) => byName.has(name))) {
    return inputs.map((input) => ({ input, columns: [byName.get(input.name)!] }))
  }
  let from = 0
  const assigned = inputs.map((input, i) => {
    const isLast = i === inputs.length - 1
    const width = widthOf(input) ?? (isLast ? columns.length - from : 1)
    from += width
    return { input, columns: columns.slice(from - width, from) }
  })
  if (from === columns.length && assigned.every((each) => each.columns.length > 0)) return assigned
  const takes = inputs.map(({ name, shape }) => `${name} [${shape?.join(', ') ?? '?'}]`).join(', ')
  throw new RegiaError('MODEL_INVALID', `The graph takes ${takes}; the signature has ${columns.length} columns.`, {
    where: columns
      .map(({ name }) => name)
      .join(', ')
      .slice(0, 300),
    hint: 'Name the columns in the signature, in the order in which the model was trained on them.',
  })
}

const widthOf = ({ shape }: ForeignTensor): number | undefined => {
  if (!shape || shape.length === 1) return shape && 1
  const width = shape.at(-1)
  return width === undefined || width < 0 ? undefined : width
}

function feed(
  graph: GraphBuilder,
  input: ForeignTensor,
  columns: readonly (readonly [SignatureColumn, string])[],
): void {
  const parts = columns.map(([column, name]) => converted(graph, column, name, input))
  const whole = parts.length === 1 ? parts[0]! : graph.node('Concat', parts, { axis: attr.int(1) })
  const isFlat = input.shape?.length === 1
  graph.node(
    isFlat ? 'Reshape' : 'Identity',
    isFlat ? [whole, graph.ints([-1])] : [whole],
    {},
    { output: foreignName(input.name) },
  )
}

/** A raw column in the element type that the foreign graph wants. */
function converted(graph: GraphBuilder, column: SignatureColumn, name: string, input: ForeignTensor): string {
  const have = inputElementType(column)
  const want = input.elementType
  if (have === 'string' || want === 'string') {
    if (have === want) return name
    throw new RegiaError(
      'MODEL_INVALID',
      `The graph takes "${input.name}" as ${want}, but column "${column.name}" is ${column.type}.`,
      {
        where: column.name,
        hint: 'Say the type of the column in the signature, or convert the model for the types that the data has.',
      },
    )
  }
  const isFraction = ['float', 'double', 'float16'].includes(want)
  const cast = have === want ? name : graph.node('Cast', [name], { to: attr.int(elementNumber(want)) })
  if (have !== 'int64' || !column.nullable || !isFraction) return cast
  const isNull = graph.node('Equal', [
    name,
    graph.constant({ elementType: 'int64', dims: [1], data: BigInt64Array.of(NULL_INT64) }),
  ])
  const nan = graph.node('Cast', [graph.floats([Number.NaN])], { to: attr.int(elementNumber(want)) })
  return graph.node('Where', [isNull, nan, cast])
}

function elementNumber(name: string): number {
  const found = Object.entries(ELEMENT_TYPES).find(([known]) => known === name)
  if (found) return found[1]
  throw new Error(`unreachable: there is no element type ${name}`)
}

const asFloat = (graph: GraphBuilder, output: ForeignTensor): string =>
  output.elementType === 'float'
    ? foreignName(output.name)
    : graph.node('Cast', [foreignName(output.name)], { to: attr.int(ELEMENT_TYPES.float) })

function addPrediction(graph: GraphBuilder, output: ForeignTensor): void {
  graph.node('Reshape', [asFloat(graph, output), graph.ints([-1, 1])], {}, { output: MODEL_OUTPUTS.prediction })
  graph.output(MODEL_OUTPUTS.prediction, 'float', ['rows', 1])
}

function addProbabilities(graph: GraphBuilder, output: ForeignTensor, classes: readonly string[]): void {
  const given = asFloat(graph, output)
  const isOfSecond =
    classes.length === 2 && output.shape !== undefined && (output.shape.length === 1 || output.shape.at(-1) === 1)
  const probabilities = isOfSecond ? ofBoth(graph, given) : given
  const place = graph.node('ArgMax', [probabilities], { axis: attr.int(1), keepdims: attr.int(0) })
  const names = graph.constant({ elementType: 'string', dims: [classes.length], data: classes })
  graph.node('Gather', [names, place], { axis: attr.int(0) }, { output: MODEL_OUTPUTS.label })
  graph.node('Identity', [probabilities], {}, { output: MODEL_OUTPUTS.probabilities })
  graph.output(MODEL_OUTPUTS.label, 'string', ['rows'])
  graph.output(MODEL_OUTPUTS.probabilities, 'float', ['rows', classes.length])
}

function ofBoth(graph: GraphBuilder, ofSecond: string): string {
  const column = graph.node('Reshape', [ofSecond, graph.ints([-1, 1])])
  return graph.node('Concat', [graph.node('Sub', [graph.floats([1]), column]), column], { axis: attr.int(1) })
}
