import { decodeModel, encodeModel, NULL_INT64, type OnnxGraph, type OnnxNode, type OnnxTensor } from '@regia/core'
import { isPlain } from './encode-dictionaries.ts'

/**
 * Takes out of a graph what it does about missing values, where none can come: in trees that is a second comparison in every node. The
 * answers stay the same bit for bit.
 *
 * @param present - Inputs in which no value is missing, NaN or the whole number that stands for null.
 * @returns The graph as it is where nothing can be taken out.
 */
export function withoutMissing(graph: Uint8Array, present: ReadonlySet<string>): Uint8Array {
  const model = decodeModel(graph)
  if (!isPlain(model)) return graph
  const asked = withoutQuestions(model.graph, present)
  const nodes = withoutTracks({ ...model.graph, nodes: asked }, present)
  const isSame = nodes.length === model.graph.nodes.length && nodes.every((node, i) => node === model.graph.nodes[i])
  return isSame ? graph : encodeModel({ ...model, graph: { ...model.graph, nodes } })
}

const isStandard = ({ domain, opType }: OnnxNode, wanted: string): boolean => domain === '' && opType === wanted

/** A column of whole numbers as floats is "NaN where it says null, else the number": without nulls, the number. */
function withoutQuestions(
  { nodes, initializers, outputs }: OnnxGraph,
  present: ReadonlySet<string>,
): readonly OnnxNode[] {
  const initial = new Map(initializers.map((tensor) => [tensor.name, tensor]))
  const columnOf = new Map<string, string>()
  const sourceOf = new Map<string, string>()
  for (const node of nodes) {
    const [left = '', right = ''] = node.inputs
    const [output = ''] = node.outputs
    if (isStandard(node, 'Equal') && present.has(left) && isNull(initial.get(right))) columnOf.set(output, left)
    else if (isStandard(node, 'Cast')) sourceOf.set(output, left)
  }
  const isOutput = new Set(outputs.map(({ name }) => name))
  const numberOf = new Map<string, string>()
  for (const node of nodes) {
    const [condition = '', missing = '', number = ''] = node.inputs
    const column = columnOf.get(condition)
    if (!isStandard(node, 'Where') || column === undefined || sourceOf.get(number) !== column) continue
    const [output = ''] = node.outputs
    if (isScalar(initial.get(missing)) && !isOutput.has(output)) numberOf.set(output, number)
  }
  const left = nodes.filter((node) => !node.outputs.some((name) => numberOf.has(name)))
  const isRead = new Set([...isOutput, ...left.flatMap(({ inputs }) => inputs)])
  return left
    .filter((node) => !node.outputs.some((name) => columnOf.has(name) && !isRead.has(name)))
    .map((node) => {
      if (!node.inputs.some((name) => numberOf.has(name))) return node
      return { ...node, inputs: node.inputs.map((name) => numberOf.get(name) ?? name) }
    })
}

const isScalar = (tensor: OnnxTensor | undefined): tensor is OnnxTensor =>
  tensor !== undefined && tensor.dims.length <= 1 && tensor.data.length === 1

const isNull = (tensor: OnnxTensor | undefined): boolean =>
  isScalar(tensor) && tensor.elementType === 'int64' && tensor.data[0] === NULL_INT64

const TRACKS = 'nodes_missing_value_tracks_true'
/** Standard operators that give no NaN where they are given none. */
const KEEP_PRESENT: ReadonlySet<string> = new Set(['Cast', 'Concat', 'Identity'])

/** Trees need not know where missing values go when what they read has none. */
function withoutTracks({ nodes }: OnnxGraph, inputs: ReadonlySet<string>): readonly OnnxNode[] {
  const present = new Set(inputs)
  return nodes.map((node) => {
    if (!node.inputs.every((name) => present.has(name))) return node
    if (node.domain === '' && KEEP_PRESENT.has(node.opType)) for (const name of node.outputs) present.add(name)
    if (node.domain !== 'ai.onnx.ml' || !node.attributes[TRACKS]) return node
    const { [TRACKS]: _, ...attributes } = node.attributes
    return { ...node, attributes }
  })
}
