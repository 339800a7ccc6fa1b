import { flatRefs, type GraphStep, type PipelineGraph, type PortRef, type StepRun } from '@regia/core'

export type StepNodeModel = {
  readonly id: string
  readonly kind: 'step'
  readonly step: GraphStep
  readonly stepRun: StepRun | undefined
}
/** A sub-pipeline drawn as one node. */
export type GroupNodeModel = {
  readonly id: string
  readonly kind: 'group'
  readonly path: string
  readonly members: readonly StepNodeModel[]
}
export type SourceNodeModel = {
  readonly id: string
  readonly kind: 'dataset' | 'model' | 'catalog'
  readonly label: string
  readonly name: string
}
export type GraphNode = StepNodeModel | GroupNodeModel | SourceNodeModel
/** `either`: only the first of its kind that was not skipped is taken. */
export type EdgeKind = 'data' | 'when' | 'either'
export type GraphEdge = {
  readonly id: string
  readonly source: string
  readonly target: string
  readonly kind: EdgeKind
}
export type GraphModel = { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] }

/** A pipeline as nodes and edges: its steps, and the datasets, models and catalog entries that flow in from outside. */
export function buildGraph(graph: PipelineGraph, stepRuns: readonly StepRun[]): GraphModel {
  const runs = new Map(stepRuns.map((each) => [each.step, each]))
  const nodes = new Map<string, GraphNode>()
  const edges = new Map<string, GraphEdge>()
  for (const step of graph.steps) {
    nodes.set(step.id, { id: step.id, kind: 'step', step, stepRun: runs.get(step.id) })
  }
  const connect = (ref: PortRef, target: string, kind: EdgeKind) => {
    const source = sourceOf(ref, nodes)
    if (!source) return
    if (!nodes.has(source.id)) nodes.set(source.id, source)
    const id = `${source.id}→${target}`
    if (!edges.has(id)) edges.set(id, { id, source: source.id, target, kind })
  }
  for (const step of graph.steps) {
    for (const input of Object.values(step.inputs)) {
      for (const ref of flatRefs(input)) connect(ref, step.id, input.from === 'either' ? 'either' : 'data')
    }
    for (const { ref } of step.when) for (const each of flatRefs(ref)) connect(each, step.id, 'when')
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] }
}

function sourceOf(ref: PortRef, nodes: ReadonlyMap<string, GraphNode>): GraphNode | undefined {
  if (ref.from === 'step') return nodes.get(ref.step)
  if (ref.from === 'catalog') return { id: `catalog:${ref.name}`, kind: 'catalog', label: ref.name, name: ref.name }
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

/** How many nodes stand above each other where the graph is widest, and how many layers there are. */
export function extentOf(model: GraphModel): { readonly widest: number; readonly layers: number } {
  const heights = new Map<number, number>()
  for (const layer of layerOf(model).values()) heights.set(layer, (heights.get(layer) ?? 0) + 1)
  return { widest: Math.max(0, ...heights.values()), layers: heights.size }
}

/** The layer of each node: the length of the longest path from the left. A cycle, which no valid graph has, ends where it began. */
export function layerOf({ nodes, edges }: GraphModel): ReadonlyMap<string, number> {
  const waiting = new Map(nodes.map((node) => [node.id, 0]))
  const targets = Map.groupBy(edges, (edge) => edge.source)
  for (const edge of edges) waiting.set(edge.target, (waiting.get(edge.target) ?? 0) + 1)
  const layers = new Map(nodes.map((node) => [node.id, 0]))
  const ready = nodes.filter((node) => waiting.get(node.id) === 0).map((node) => node.id)
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    const next = (layers.get(id) ?? 0) + 1
    for (const { target } of targets.get(id) ?? []) {
      layers.set(target, Math.max(layers.get(target) ?? 0, next))
      const left = (waiting.get(target) ?? 0) - 1
      waiting.set(target, left)
      if (left === 0) ready.push(target)
    }
  }
  return layers
}

const MOST_FOR_ELK = 250

/** Elk draws better but takes seconds for thousands of nodes: beyond this the plain layers are used, and only what is in view is drawn. */
export const isLarge = ({ nodes }: GraphModel): boolean => nodes.length > MOST_FOR_ELK
