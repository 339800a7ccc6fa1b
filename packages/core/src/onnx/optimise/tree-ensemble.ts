import { RegiaError } from '../../kernel/index.ts'
import { ML_DOMAIN } from '../graph-builder.ts'
import type { AttributeValue, OnnxGraph, OnnxNode, TensorValue } from '../model.ts'

/** Where the entries of one tree stand in the lists of its node. */
export type TreePlaces = {
  /** Places in the `nodes_…` lists. */
  readonly nodes: readonly number[]
  /** Places in the `target_…` or `class_…` lists: what its leaves add. */
  readonly weights: readonly number[]
}

/** A `TreeEnsembleRegressor` or `TreeEnsembleClassifier`, its lists cut into trees in the order in which they were grown. */
export type TreeEnsemble = {
  readonly node: OnnxNode
  readonly trees: readonly TreePlaces[]
  /** In front of the names of the lists with what leaves add. */
  readonly weightPrefix: 'target_' | 'class_'
  readonly aggregate: string
  readonly postTransform: string
  /** The target or class that each entry of the weights is for. */
  readonly targets: readonly number[]
  /** What each entry adds. */
  readonly weights: ArrayLike<number>
}

const PREFIXES: Readonly<Record<string, TreeEnsemble['weightPrefix']>> = {
  TreeEnsembleRegressor: 'target_',
  TreeEnsembleClassifier: 'class_',
}

/**
 * The tree ensembles of a graph, in its order.
 *
 * @throws RegiaError `MODEL_INVALID` where the lists of one do not go together.
 */
export const treeEnsembles = (graph: OnnxGraph): readonly TreeEnsemble[] => graph.nodes.flatMap(readEnsemble)

function readEnsemble(node: OnnxNode): TreeEnsemble[] {
  const weightPrefix = node.domain === ML_DOMAIN ? PREFIXES[node.opType] : undefined
  if (!weightPrefix) return []
  const { attributes } = node
  const nodeTrees = intsOf(attributes, 'nodes_treeids')
  const weightTrees = intsOf(attributes, `${weightPrefix}treeids`)
  const targets = intsOf(attributes, `${weightPrefix}ids`)
  const weights = numbersOf(attributes, `${weightPrefix}weights`)
  const trees = new Map<number, { readonly nodes: number[]; readonly weights: number[] }>()
  for (const [place, tree] of nodeTrees.entries()) {
    const known = trees.get(tree) ?? { nodes: [], weights: [] }
    known.nodes.push(place)
    trees.set(tree, known)
  }
  for (const [place, tree] of weightTrees.entries()) {
    const known = trees.get(tree)
    if (!known || place >= weights.length || place >= targets.length) throw broken(node, `tree ${tree}`)
    known.weights.push(place)
  }
  return [
    {
      ...{ node, weightPrefix, targets, weights },
      trees: [...trees.values()],
      aggregate: textOf(attributes.aggregate_function, 'SUM'),
      postTransform: textOf(attributes.post_transform, 'NONE'),
    },
  ]
}

/** How many trees and nodes there are. */
export const sizeOfEnsembles = (ensembles: readonly TreeEnsemble[]) => ({
  trees: ensembles.reduce((sum, { trees }) => sum + trees.length, 0),
  nodes: ensembles.reduce((sum, { node }) => sum + intsOf(node.attributes, 'nodes_treeids').length, 0),
})

/** The numbers of a list, which is kept as floats or, for doubles, as a tensor. */
export function numbersOf(attributes: OnnxNode['attributes'], name: string): ArrayLike<number> {
  const list = attributes[name]
  if (list?.type === 'floats' && list.value.length > 0) return list.value
  const tensor = attributes[`${name}_as_tensor`]
  if (tensor?.type !== 'tensor') return []
  const { value } = tensor
  return value.elementType === 'double' || value.elementType === 'float' ? value.data : []
}

export const intsOf = (attributes: OnnxNode['attributes'], name: string): readonly number[] => {
  const list = attributes[name]
  return list?.type === 'ints' ? list.value : []
}

const textOf = (attribute: AttributeValue | undefined, otherwise: string): string =>
  attribute?.type === 'string' && attribute.value !== '' ? attribute.value : otherwise

/** The entries of a list at some places, each changed where it is wanted; a list of another length than all entries stays. */
export function pick(
  attribute: AttributeValue,
  places: readonly number[],
  length: number,
  change: Change = {},
): AttributeValue {
  if (attribute.type === 'tensor') {
    const value = pickTensor(attribute.value, places, length, change)
    return { type: 'tensor', value: { ...value, name: attribute.value.name } }
  }
  if (attribute.type === 'floats' || attribute.type === 'ints') {
    if (attribute.value.length !== length) return attribute
    return { type: attribute.type, value: places.map((place) => changed(attribute.value[place]!, place, change)) }
  }
  if (attribute.type !== 'strings' || attribute.value.length !== length) return attribute
  return {
    type: 'strings',
    value: places.map((place) => change.text?.(attribute.value[place]!, place) ?? attribute.value[place]!),
  }
}

export type Change = {
  readonly number?: (value: number, place: number) => number
  readonly text?: (value: string, place: number) => string
}

const changed = (value: number, place: number, { number }: Change): number => (number ? number(value, place) : value)

function pickTensor(tensor: TensorValue, places: readonly number[], length: number, change: Change): TensorValue {
  if (tensor.data.length !== length) return tensor
  const dims = [places.length]
  if (tensor.elementType === 'double') {
    return { ...tensor, dims, data: Float64Array.from(places, (place) => changed(tensor.data[place]!, place, change)) }
  }
  if (tensor.elementType !== 'float') return tensor
  return { ...tensor, dims, data: Float32Array.from(places, (place) => changed(tensor.data[place]!, place, change)) }
}

const broken = ({ name, opType }: OnnxNode, where: string): RegiaError =>
  new RegiaError('MODEL_INVALID', `The lists of the ${opType} "${name}" do not go together.`, {
    where,
    hint: 'Convert the model again with the converter of its library.',
  })
