import { flatRefs, type GraphStep, type PipelineGraph, type PortRef, type StepRun } from '@regia/core'

export type GraphNode =
  | { readonly id: string; readonly kind: 'step'; readonly step: GraphStep; readonly stepRun: StepRun | undefined }
  | { readonly id: string; readonly kind: 'dataset' | 'model'; readonly label: string; readonly name: string }
export type GraphEdge = {
  readonly id: string
  readonly source: string
  readonly target: string
  readonly isCondition: boolean
}
export type GraphModel = { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] }

/** A pipeline as nodes and edges: its steps, and the datasets and models that flow in from outside. */
export function buildGraph(graph: PipelineGraph, stepRuns: readonly StepRun[]): GraphModel {
  const nodes = new Map<string, GraphNode>()
  const edges = new Map<string, GraphEdge>()
  for (const step of graph.steps) {
    const stepRun = stepRuns.find((each) => each.step === step.id)
    nodes.set(step.id, { id: step.id, kind: 'step', step, stepRun })
  }
  const connect = (source: GraphNode | undefined, target: string, isCondition: boolean) => {
    if (!source) return
    if (!nodes.has(source.id)) nodes.set(source.id, source)
    const id = `${source.id}→${target}`
    if (!edges.has(id)) edges.set(id, { id, source: source.id, target, isCondition })
  }
  for (const step of graph.steps) {
    for (const input of Object.values(step.inputs)) {
      for (const ref of flatRefs(input)) connect(sourceOf(ref, nodes), step.id, false)
    }
    for (const { ref } of step.when) for (const each of flatRefs(ref)) connect(sourceOf(each, nodes), step.id, true)
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] }
}

function sourceOf(ref: PortRef, nodes: ReadonlyMap<string, GraphNode>): GraphNode | undefined {
  if (ref.from === 'step') return nodes.get(ref.step)
  if (ref.from === 'dataset') {
    const label = ref.version === undefined ? ref.name : `${ref.name}@${ref.version}`
    return { id: `dataset:${label}`, kind: 'dataset', label, name: ref.name }
  }
  if (ref.from === 'model') {
    const label = `${ref.name}@${ref.alias}`
    return { id: `model:${label}`, kind: 'model', label, name: ref.name }
  }
  return undefined
}

/** How many nodes stand above each other where the graph is widest. */
export function widestLayer({ nodes, edges }: GraphModel): number {
  const depths = new Map<string, number>()
  const sources = Map.groupBy(edges, (edge) => edge.target)
  // Longest path from the left. A node that is being looked at counts as 0, so that a cycle ends.
  const depthOf = (id: string): number => {
    const known = depths.get(id)
    if (known !== undefined) return known
    depths.set(id, 0)
    const depth = (sources.get(id) ?? []).reduce((most, edge) => Math.max(most, depthOf(edge.source) + 1), 0)
    depths.set(id, depth)
    return depth
  }
  const layers = Map.groupBy(nodes, (node) => depthOf(node.id))
  return Math.max(0, ...[...layers.values()].map((layer) => layer.length))
}
