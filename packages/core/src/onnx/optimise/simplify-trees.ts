import type { OnnxModel, OnnxNode } from '../model.ts'
import { isReadAlike, withLists } from './keep-trees.ts'
import {
  type Change,
  intsOf,
  numbersOf,
  pick,
  type TreeEnsemble,
  type TreePlaces,
  treeEnsembles,
} from './tree-ensemble.ts'

const LEAF = 'LEAF'

/**
 * The graph without what changes no answer: a split whose two sides are alike becomes that side, and a tree of a sum whose leaves are all 0
 * goes. Every answer stays the same, bit by bit.
 *
 * @example encodeModel(simplifyTrees(decodeModel(bytes)))
 */
export function simplifyTrees(model: OnnxModel): OnnxModel {
  const simpler = new Map(treeEnsembles(model.graph).map((ensemble) => [ensemble.node, simplified(ensemble)]))
  const nodes = model.graph.nodes.map((node) => simpler.get(node) ?? node)
  return { ...model, graph: { ...model.graph, nodes } }
}

function simplified(ensemble: TreeEnsemble): OnnxNode {
  const trees = withoutNilTrees(ensemble)
  const lists = readLists(ensemble)
  const kept = trees.map((tree) => keptOf(tree, lists))
  const nodePlaces = kept.flatMap(({ nodes }) => nodes)
  const weightPlaces = kept.flatMap(({ weights }) => weights)
  // Lists that name nodes are given whole; the others are picked.
  const ids = new Map(kept.flatMap((tree) => tree.ids))
  const named: Readonly<Record<string, (place: number) => number>> = {
    nodes_nodeids: (place) => ids.get(place)!.id,
    nodes_truenodeids: (place) => ids.get(place)!.yes,
    nodes_falsenodeids: (place) => ids.get(place)!.no,
  }
  const weightIds = new Map(kept.flatMap(({ weightIds: own }) => own))
  const naming = (give: ((place: number) => number) | undefined): Change =>
    give ? { number: (_, place) => give(place) } : {}
  return withLists(ensemble, {
    nodes: (attribute, length, name) => pick(attribute, nodePlaces, length, naming(named[name])),
    weights: (attribute, length, name) => {
      const isNaming = name === `${ensemble.weightPrefix}nodeids`
      return pick(attribute, weightPlaces, length, isNaming ? naming((place) => weightIds.get(place)!) : {})
    },
  })
}

/** A tree of zeros adds nothing to a sum; an average would still count it, and a minimum compare with it. */
function withoutNilTrees(ensemble: TreeEnsemble): readonly TreePlaces[] {
  if (ensemble.aggregate !== 'SUM') return ensemble.trees
  const telling = ensemble.trees.filter(({ weights }) => weights.some((place) => ensemble.weights[place] !== 0))
  const rest = telling.length > 0 ? telling : ensemble.trees.slice(0, 1)
  return isReadAlike(ensemble, rest) ? rest : ensemble.trees
}

type Lists = {
  readonly nodeIds: readonly number[]
  readonly yes: readonly number[]
  readonly no: readonly number[]
  readonly isLeaf: (place: number) => boolean
  /** What a node asks, as text: equal for equal questions. */
  readonly questionOf: (place: number) => string
  readonly weightNodeIds: readonly number[]
  /** What an entry of the weights says, as text. */
  readonly saysOf: (place: number) => string
}

function readLists({ node: { attributes }, weightPrefix, targets, weights }: TreeEnsemble): Lists {
  const modes = attributes.nodes_modes?.type === 'strings' ? attributes.nodes_modes.value : []
  const features = intsOf(attributes, 'nodes_featureids')
  const values = numbersOf(attributes, 'nodes_values')
  const missing = intsOf(attributes, 'nodes_missing_value_tracks_true')
  return {
    nodeIds: intsOf(attributes, 'nodes_nodeids'),
    yes: intsOf(attributes, 'nodes_truenodeids'),
    no: intsOf(attributes, 'nodes_falsenodeids'),
    isLeaf: (place) => modes[place] === LEAF,
    questionOf: (place) => `${modes[place]} ${features[place]} ${textOf(values[place] ?? 0)} ${missing[place] ?? 0}`,
    weightNodeIds: intsOf(attributes, `${weightPrefix}nodeids`),
    saysOf: (place) => `${targets[place]} ${textOf(weights[place] ?? 0)}`,
  }
}

/** Tells −0 from 0, as sums of nothing but −0 do. */
const textOf = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))

/** What stays of a tree: places in the lists, and what its nodes are called now. */
type Kept = TreePlaces & {
  readonly ids: readonly (readonly [number, { readonly id: number; readonly yes: number; readonly no: number }])[]
  readonly weightIds: readonly (readonly [number, number])[]
}

function keptOf(tree: TreePlaces, lists: Lists): Kept {
  const placeOf = new Map(tree.nodes.map((place) => [lists.nodeIds[place]!, place]))
  const weightsOf = Map.groupBy(tree.weights, (place) => lists.weightNodeIds[place]!)
  const root = rootOf(tree, lists)
  const standIn = standIns(root, tree, lists, placeOf, weightsOf)
  const order = reachable(root, lists, placeOf, standIn)
  const numberOf = new Map(order.map((place, id) => [place, id]))
  const target = (id: number) => numberOf.get(standIn.get(placeOf.get(id)!)!)!
  const ids = order.map((place, id) => {
    const isLeaf = lists.isLeaf(place)
    const [yes, no] = isLeaf ? [0, 0] : [target(lists.yes[place]!), target(lists.no[place]!)]
    return [place, { id, yes, no }] as const
  })
  const weights = order.flatMap((place) => weightsOf.get(lists.nodeIds[place]!) ?? [])
  const weightIds = weights.map((place) => [place, numberOf.get(placeOf.get(lists.weightNodeIds[place]!)!)!] as const)
  return { nodes: order, weights, ids, weightIds }
}

/** The node that no other leads to; by custom the first. */
function rootOf({ nodes }: TreePlaces, { nodeIds, yes, no, isLeaf }: Lists): number {
  const below = new Set(nodes.flatMap((place) => (isLeaf(place) ? [] : [yes[place]!, no[place]!])))
  return nodes.find((place) => !below.has(nodeIds[place]!)) ?? nodes[0]!
}

/** For each node the one that takes its place: itself, or the side that both of its sides are like. */
function standIns(
  root: number,
  tree: TreePlaces,
  lists: Lists,
  placeOf: ReadonlyMap<number, number>,
  weightsOf: ReadonlyMap<number, readonly number[]>,
): ReadonlyMap<number, number> {
  const standIn = new Map<number, number>()
  const shapes = new Map<string, number>()
  const shapeOf = new Map<number, number>()
  const intern = (text: string): number => {
    const known = shapes.get(text) ?? shapes.size
    shapes.set(text, known)
    return known
  }
  for (const place of childrenFirst(root, tree, lists, placeOf)) {
    if (lists.isLeaf(place)) {
      standIn.set(place, place)
      const says = (weightsOf.get(lists.nodeIds[place]!) ?? []).map(lists.saysOf)
      shapeOf.set(place, intern(`leaf ${says.join()}`))
      continue
    }
    const [yes, no] = [lists.yes[place]!, lists.no[place]!].map((id) => placeOf.get(id)!)
    const [yesShape, noShape] = [shapeOf.get(yes!)!, shapeOf.get(no!)!]
    const isNeedless = yesShape === noShape
    standIn.set(place, isNeedless ? standIn.get(yes!)! : place)
    shapeOf.set(place, isNeedless ? yesShape : intern(`${lists.questionOf(place)} ${yesShape} ${noShape}`))
  }
  return standIn
}

function childrenFirst(
  root: number,
  { nodes }: TreePlaces,
  lists: Lists,
  placeOf: ReadonlyMap<number, number>,
): number[] {
  const order: number[] = []
  const seen = new Set<number>()
  const waiting = [root]
  while (waiting.length > 0 && order.length <= nodes.length) {
    const place = waiting.pop()!
    // A node that two lead to would be walked for each of them, and a circle for ever.
    if (seen.has(place)) continue
    seen.add(place)
    order.push(place)
    if (lists.isLeaf(place)) continue
    for (const id of [lists.yes[place]!, lists.no[place]!]) {
      const child = placeOf.get(id)
      if (child !== undefined) waiting.push(child)
    }
  }
  return order.toReversed()
}

function reachable(
  root: number,
  lists: Lists,
  placeOf: ReadonlyMap<number, number>,
  standIn: ReadonlyMap<number, number>,
): number[] {
  const order: number[] = []
  const waiting = [standIn.get(root)!]
  while (waiting.length > 0) {
    const place = waiting.pop()!
    order.push(place)
    if (lists.isLeaf(place)) continue
    waiting.push(standIn.get(placeOf.get(lists.no[place]!)!)!, standIn.get(placeOf.get(lists.yes[place]!)!)!)
  }
  return order
}
