import type { AttributeValue, OnnxModel, OnnxNode } from '../model.ts'
import { type Change, intsOf, pick, type TreeEnsemble, type TreePlaces, treeEnsembles } from './tree-ensemble.ts'

/**
 * How trees are left out. `as-is` leaves the others as they are: right for boosting, where each tree mends what those before it left, and
 * for ensembles that say themselves that they average. `rescaled` makes what is left count as much as all did: right for forests whose
 * leaves are divided by the number of trees.
 */
export type TreeScaling = 'as-is' | 'rescaled'

/** Whether leaving out trees could need rescaling: an average in the disguise of a sum looks like any sum. */
export const mayNeedRescaling = (model: OnnxModel): boolean =>
  treeEnsembles(model.graph).some(({ aggregate, postTransform }) => aggregate === 'SUM' && postTransform === 'NONE')

/** Whether ensembles say that they average their trees: then fewer of them answer alike, only less steadily. */
export const averagesTrees = (model: OnnxModel): boolean =>
  treeEnsembles(model.graph).some(({ aggregate }) => aggregate === 'AVERAGE')

/**
 * How many rounds the ensembles of a graph were grown in: a booster of three classes grows three trees a round. Of several ensembles the most.
 *
 * @returns 0 where no tree can be left out: there are none, or the largest or smallest answer of all trees counts.
 */
export const roundCount = (model: OnnxModel): number =>
  Math.max(0, ...treeEnsembles(model.graph).map((ensemble) => (canLeaveOut(ensemble) ? roundsOf(ensemble).length : 0)))

const canLeaveOut = ({ aggregate }: TreeEnsemble): boolean => aggregate === 'SUM' || aggregate === 'AVERAGE'

/**
 * The graph with the first trees of each ensemble alone. Several ensembles, such as one for each class, keep the same share.
 *
 * @param rounds - How many rounds stay, of {@link roundCount}; at least 1.
 * @returns Undefined where so few trees would be read otherwise: onnxruntime takes the answer of two classes from whether any leaf is negative
 *   and from which classes the leaves speak of.
 * @example keepTrees(decodeModel(bytes), 40, 'as-is')
 */
export function keepTrees(model: OnnxModel, rounds: number, scaling: TreeScaling): OnnxModel | undefined {
  const most = roundCount(model)
  const kept = new Map<OnnxNode, OnnxNode>()
  for (const ensemble of treeEnsembles(model.graph).filter(canLeaveOut)) {
    const own = roundsOf(ensemble)
    const keep = Math.max(1, Math.min(own.length, Math.ceil((rounds * own.length) / most)))
    const trees = own.slice(0, keep).flat()
    if (!isReadAlike(ensemble, trees)) return undefined
    const isRescaled = scaling === 'rescaled' && ensemble.aggregate === 'SUM'
    kept.set(ensemble.node, withTrees(ensemble, trees, isRescaled ? own.length / keep : 1))
  }
  const nodes = model.graph.nodes.map((node) => kept.get(node) ?? node)
  return { ...model, graph: { ...model.graph, nodes } }
}

/** Trees by round, in their order. A tree that speaks of several targets is a round by itself. */
function roundsOf({ trees, targets }: TreeEnsemble): TreePlaces[][] {
  const spokenOf = trees.map(({ weights }) => new Set(weights.map((place) => targets[place]!)))
  if (spokenOf.some(({ size }) => size > 1)) return trees.map((tree) => [tree])
  const rounds: TreePlaces[][] = []
  const counts = new Map<number, number>()
  for (const [i, tree] of trees.entries()) {
    const [target = -1] = spokenOf[i]!
    const round = counts.get(target) ?? 0
    counts.set(target, round + 1)
    rounds[round] = [...(rounds[round] ?? []), tree]
  }
  return rounds
}

/** Whether onnxruntime decides between two classes in the same way. */
export function isReadAlike(ensemble: TreeEnsemble, trees: readonly TreePlaces[]): boolean {
  if (ensemble.weightPrefix !== 'class_') return true
  const places = trees.flatMap(({ weights }) => weights)
  const all = ensemble.trees.flatMap(({ weights }) => weights)
  const isNegative = (place: number) => ensemble.weights[place]! < 0
  const classesOf = (among: readonly number[]) => new Set(among.map((place) => ensemble.targets[place]!)).size
  return all.some(isNegative) === places.some(isNegative) && classesOf(all) === classesOf(places)
}

/** The node with some of its trees, in the order of its lists. */
export function withTrees(ensemble: TreeEnsemble, trees: readonly TreePlaces[], factor = 1): OnnxNode {
  const inOrder = (places: readonly number[]) => Int32Array.from(places).sort()
  const nodes = [...inOrder(trees.flatMap((tree) => tree.nodes))]
  const weights = [...inOrder(trees.flatMap((tree) => tree.weights))]
  const scaled: Change = factor === 1 ? {} : { number: (value) => value * factor }
  return withLists(ensemble, {
    nodes: (attribute, length) => pick(attribute, nodes, length),
    weights: (attribute, length, name) => pick(attribute, weights, length, name.includes('weights') ? scaled : {}),
  })
}

type ChangeList = (attribute: AttributeValue, length: number, name: string) => AttributeValue

/** The node with its lists changed: those of nodes, and those of what leaves add. */
export function withLists(
  { node, weightPrefix }: TreeEnsemble,
  change: { readonly nodes: ChangeList; readonly weights: ChangeList },
): OnnxNode {
  const nodeCount = intsOf(node.attributes, 'nodes_treeids').length
  const weightCount = intsOf(node.attributes, `${weightPrefix}treeids`).length
  const attributes = Object.entries(node.attributes).map(([name, attribute]) => {
    if (name.startsWith('nodes_')) return [name, change.nodes(attribute, nodeCount, name)] as const
    if (name.startsWith(weightPrefix)) return [name, change.weights(attribute, weightCount, name)] as const
    return [name, attribute] as const
  })
  return { ...node, attributes: Object.fromEntries(attributes) }
}
