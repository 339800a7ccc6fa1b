import type { OnnxGraph, OnnxNode, OnnxTensor } from '../model.ts'

/** What stands in for a node: others that make the same outputs, and the constants that they read. */
export type Replacement = { readonly nodes: readonly OnnxNode[]; readonly initializers: readonly OnnxTensor[] }

/**
 * The graph with some nodes replaced. Constants that nobody reads any more are left out, also where they stood among the inputs, as files
 * of the old format list them.
 */
export function replaceNodes(graph: OnnxGraph, replacements: ReadonlyMap<OnnxNode, Replacement>): OnnxGraph {
  if (replacements.size === 0) return graph
  const nodes = graph.nodes.flatMap((node) => replacements.get(node)?.nodes ?? [node])
  const added = [...replacements.values()].flatMap(({ initializers }) => initializers)
  const used = namesRead({ ...graph, nodes })
  const isDead = (node: OnnxNode) => node.opType === 'Constant' && node.outputs.every((name) => !used.has(name))
  const gone = new Set(graph.initializers.map(({ name }) => name).filter((name) => !used.has(name)))
  return {
    ...graph,
    nodes: nodes.filter((node) => !isDead(node)),
    initializers: [...graph.initializers.filter(({ name }) => !gone.has(name)), ...added],
    inputs: graph.inputs.filter(({ name }) => !gone.has(name)),
  }
}

/** Every name that a node reads or the graph gives; the branches of an `If` read names from around them. */
function namesRead({ nodes, outputs }: OnnxGraph): Set<string> {
  const names = new Set(outputs.map(({ name }) => name))
  for (const { inputs, attributes } of nodes) {
    for (const name of inputs) names.add(name)
    for (const attribute of Object.values(attributes)) {
      if (attribute.type !== 'graph') continue
      for (const name of namesRead(attribute.value)) names.add(name)
    }
  }
  return names
}

/** Names that are free in a graph, whatever it holds. */
export function freshNames(graph: OnnxGraph): (hint: string) => string {
  const taken = new Set([
    ...[...graph.initializers, ...graph.inputs].map(({ name }) => name),
    ...graph.nodes.flatMap(({ name, outputs }) => [name, ...outputs]),
  ])
  return (hint) => {
    let name = hint
    for (let n = 2; taken.has(name); n++) name = `${hint}_${n}`
    taken.add(name)
    return name
  }
}
