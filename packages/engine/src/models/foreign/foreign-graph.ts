import {
  type AttributeValue,
  type DecodeOptions,
  decodeModel,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  RegiaError,
} from '@regia/core'

/** A tensor that a foreign graph takes or gives. */
export type ForeignTensor = {
  readonly name: string
  readonly elementType: string
  /** Sizes, -1 where they vary; undefined where nothing is said. */
  readonly shape: readonly number[] | undefined
  /** What the file gave in its place, where that was taken off. */
  readonly nameBefore?: string
}

/** A foreign graph in the shape that wrapping takes: tensors only, its names out of the way of ours. */
export type ForeignGraph = {
  readonly model: OnnxModel
  readonly inputs: readonly ForeignTensor[]
  /** Float tensors among the outputs. */
  readonly outputs: readonly ForeignTensor[]
  /** Labels that the graph itself holds. */
  readonly classes: readonly string[] | undefined
  /** The output that holds labels, where there is one. */
  readonly label: { readonly name: string; readonly elementType: string } | undefined
  /** Whether it says itself that it classifies, by giving labels or naming its classes. */
  readonly isClassifier: boolean
  /** What of the file is not as it was, for people. */
  readonly notes: readonly string[]
}

/** In front of every name of the foreign graph. */
const PREFIX = 'model/'
const ML_DOMAIN = 'ai.onnx.ml'

/**
 * Reads an ONNX file that another tool wrote. A `ZipMap` (probabilities as maps) is taken off; the tensor before it takes its place.
 *
 * @throws RegiaError `MODEL_INVALID` for what is no ONNX, takes or gives other things than tensors, or holds what Regia does not read.
 */
export function readForeignGraph(bytes: Uint8Array, options: DecodeOptions = {}): ForeignGraph {
  const decoded = decodeModel(bytes, options)
  assertReadable(decoded.graph)
  const { graph, zipped } = withoutZipMap(decoded.graph)
  const initial = new Set(graph.initializers.map(({ name }) => name))
  const inputs = graph.inputs.filter(({ name }) => !initial.has(name))
  return {
    model: { ...decoded, graph: prefixed(graph, PREFIX) },
    inputs: inputs.map((input) => tensorOf(input) ?? refuse(`its input "${input.name}" is no tensor`)),
    outputs: [...graph.outputs.flatMap((output) => tensorOf(output) ?? []), ...zipped].filter(({ elementType }) =>
      ['float', 'double', 'float16'].includes(elementType),
    ),
    classes: findClasses(decoded.graph),
    label: labelIn(graph.outputs),
    isClassifier:
      zipped.length > 0 || graph.outputs.some(({ type }) => isLabel(type)) || namedLabels(graph.nodes) !== undefined,
    notes: notesOn(zipped, graph),
  }
}

/** What a name of the wrapped graph was in the foreign one. */
export const nameInFile = (name: string): string => (name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name)

/** How a name of the foreign graph is called in the wrapped one. */
export const foreignName = (name: string): string => (name === '' ? '' : PREFIX + name)

function tensorOf({ name, type }: OnnxGraph['inputs'][number]): ForeignTensor | undefined {
  if (type.kind !== 'tensor') return undefined
  const shape = type.shape?.map((size) => (typeof size === 'number' && size > 0 ? size : -1))
  return { name, elementType: type.elementType, shape }
}

function withoutZipMap(graph: OnnxGraph): { readonly graph: OnnxGraph; readonly zipped: readonly ForeignTensor[] } {
  const outputs = new Set(graph.outputs.map(({ name }) => name))
  const zips = graph.nodes.filter(({ opType, outputs: [made = ''] }) => opType === 'ZipMap' && outputs.has(made))
  const gone = new Set(zips.map(({ outputs: [made = ''] }) => made))
  return {
    graph: {
      ...graph,
      nodes: graph.nodes.filter((node) => !zips.includes(node)),
      outputs: graph.outputs.filter(({ name }) => !gone.has(name)),
    },
    zipped: zips.map(({ inputs: [name = ''], outputs: [nameBefore = ''] }) => ({
      name,
      elementType: 'float',
      shape: undefined,
      nameBefore,
    })),
  }
}

function notesOn(zipped: readonly ForeignTensor[], { outputs }: OnnxGraph): string[] {
  const left = outputs.filter((output) => !tensorOf(output)).map(({ name }) => `"${name}"`)
  return [
    ...zipped.map(
      ({ name }) =>
        `A ZipMap, which gives probabilities as one map a row, was taken off; its tensor "${name}" is the answer. To leave it out from the start: options={"zipmap": False} in skl2onnx, zipmap=False in onnxmltools.`,
    ),
    ...(left.length > 0 ? [`Left out, as they are no tensors: ${left.join(', ')}.`] : []),
  ]
}

const isLabel = (type: OnnxGraph['outputs'][number]['type']): boolean =>
  type.kind === 'tensor' && ['int64', 'int32', 'string', 'bool'].includes(type.elementType)

function labelIn(outputs: OnnxGraph['outputs']): ForeignGraph['label'] {
  const labels = outputs.flatMap((output) => (isLabel(output.type) ? (tensorOf(output) ?? []) : []))
  const named = labels.filter(({ name }) => /label|class/i.test(name))
  const [found, another] = named.length > 0 ? named : labels
  return another ? undefined : found
}

/**
 * Classifiers of the classical operator set carry the labels that they choose from; others pick them from a constant. What makes the label alone counts
 * first: a classifier made of several has theirs among its parts. Of several lists the one counts that is as long as the graph says it is wide.
 */
function findClasses(graph: OnnxGraph): readonly string[] | undefined {
  const { nodes, initializers } = graph
  const last = nodesOfLabels(graph)
  const found = [
    namedLabels(nodes.filter(({ opType }) => opType === 'ZipMap')),
    namedLabels(last),
    pickedLabels(last, initializers),
    namedLabels(nodes),
    pickedLabels(nodes, initializers),
    findList(last, (_, { domain, opType }) => domain === ML_DOMAIN && !opType.endsWith('Regressor')),
  ].filter((labels) => labels !== undefined)
  const widths = widthsOfNumbers(graph)
  return found.find(({ length }) => widths.has(length)) ?? found[0]
}

const widthsOfNumbers = ({ outputs }: OnnxGraph): ReadonlySet<number> =>
  new Set(outputs.flatMap((output) => (isLabel(output.type) ? [] : (tensorOf(output)?.shape?.at(-1) ?? []))))

/** What makes labels of the numbers; an encoder of texts among the inputs holds categories, which are no classes. */
function nodesOfLabels({ nodes, outputs }: OnnxGraph): readonly OnnxNode[] {
  const behind = (isWanted: (output: OnnxGraph['outputs'][number]) => boolean) =>
    nodesBehind(
      nodes,
      outputs.filter(isWanted).map(({ name }) => name),
    )
  const [labels, numbers] = [behind(({ type }) => isLabel(type)), behind(({ type }) => !isLabel(type))]
  return nodes.filter((node) => labels.has(node) && !numbers.has(node))
}

function nodesBehind(nodes: readonly OnnxNode[], names: readonly string[]): ReadonlySet<OnnxNode> {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)))
  const found = new Set<OnnxNode>()
  const open = [...names]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = makers.get(name)
    if (!node || found.has(node)) continue
    found.add(node)
    open.push(...node.inputs)
  }
  return found
}

const namedLabels = (nodes: readonly OnnxNode[]): readonly string[] | undefined =>
  findList(nodes, (name) => name.startsWith('classlabels'))

/** The last list of several numbers or texts among the attributes. */
function findList(
  nodes: readonly OnnxNode[],
  isWanted: (name: string, node: OnnxNode) => boolean,
): readonly string[] | undefined {
  for (const node of nodes.toReversed()) {
    for (const [name, attribute] of Object.entries(node.attributes)) {
      if ((attribute.type === 'strings' || attribute.type === 'ints') && attribute.value.length > 1) {
        if (isWanted(name, node)) return attribute.value.map(String)
      }
    }
  }
  return undefined
}

/** Of a graph that also holds the labels of its training rows, the list in which each label stands once. */
function pickedLabels(
  nodes: readonly OnnxNode[],
  initializers: OnnxGraph['initializers'],
): readonly string[] | undefined {
  const picks = nodes.toReversed().filter(({ opType }) => opType === 'ArrayFeatureExtractor')
  const constants = picks.flatMap(({ inputs }) => initializers.filter(({ name }) => name === inputs[0]))
  return constants
    .filter(({ elementType }) => ['string', 'int64', 'int32'].includes(elementType))
    .map(({ data }) => Array.from(data, String))
    .find((labels) => labels.length > 1 && new Set(labels).size === labels.length)
}

/** A graph with other names: those of the graph itself, of its nodes' branches and of all that these see. */
export function prefixed(graph: OnnxGraph, prefix: string): OnnxGraph {
  const rename = (name: string) => (name === '' ? '' : prefix + name)
  const named = <Thing extends { readonly name: string }>(things: readonly Thing[]): Thing[] =>
    things.map((thing) => ({ ...thing, name: rename(thing.name) }))
  // The branches of an `If` see the names around them, so all are renamed alike.
  const within = (attribute: AttributeValue): AttributeValue =>
    attribute.type === 'graph' ? { type: 'graph', value: prefixed(attribute.value, prefix) } : attribute
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({
      ...node,
      name: rename(node.name),
      inputs: node.inputs.map(rename),
      outputs: node.outputs.map(rename),
      attributes: Object.fromEntries(Object.entries(node.attributes).map(([name, value]) => [name, within(value)])),
    })),
    initializers: named(graph.initializers),
    inputs: named(graph.inputs),
    outputs: named(graph.outputs),
  }
}

function assertReadable({ nodes }: OnnxGraph): void {
  for (const { opType, attributes } of nodes) {
    for (const [name, attribute] of Object.entries(attributes)) {
      if (attribute.type === 'other') refuse(`its node ${opType} has "${name}" of a kind that is not read`)
      if (attribute.type === 'graph') assertReadable(attribute.value)
    }
  }
}

function refuse(fault: string): never {
  throw new RegiaError('MODEL_INVALID', `The ONNX file cannot be served: ${fault}.`, {
    hint: 'Convert the model with tensors as inputs and outputs, in one file; for skl2onnx with options={"zipmap": False}.',
  })
}
