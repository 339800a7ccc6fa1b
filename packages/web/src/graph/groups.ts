import type { PipelineGraph } from '@regia/core'
import type { GraphEdge, GraphModel, GraphNode, GroupNodeModel, StepNodeModel } from './graph-model.ts'

/** `prepare.clean` stands in `prepare` and in `prepare.clean`, outermost first. */
export function pathsOf(group: string | undefined): readonly string[] {
  if (!group) return []
  const parts = group.split('.')
  return parts.map((_, i) => parts.slice(0, i + 1).join('.'))
}

/** The sub-pipelines of a graph, each once, outermost first. */
export const groupsOf = ({ steps }: Pick<PipelineGraph, 'steps'>): readonly string[] => [
  ...new Set(steps.flatMap((step) => pathsOf(step.group))),
]

/** The last part of a path: what a group is called inside the one around it. */
export const groupName = (path: string): string => path.split('.').at(-1) ?? path

/** What a step is called inside its group. */
export const nameInGroup = (id: string, group: string | undefined): string =>
  group && id.startsWith(`${group}.`) ? id.slice(group.length + 1) : id

/** Draws each closed group as one node; edges inside it go, those across its border end at it. */
export function closeGroups(model: GraphModel, closed: ReadonlySet<string>): GraphModel {
  if (closed.size === 0) return model
  const stands = new Map<string, string>()
  const groups = new Map<string, StepNodeModel[]>()
  const nodes: GraphNode[] = []
  for (const node of model.nodes) {
    const path = node.kind === 'step' ? pathsOf(node.step.group).find((each) => closed.has(each)) : undefined
    if (path === undefined || node.kind !== 'step') {
      nodes.push(node)
      continue
    }
    stands.set(node.id, groupId(path))
    const members = groups.get(path) ?? []
    members.push(node)
    groups.set(path, members)
  }
  const drawn = [...groups].map(
    ([path, members]): GroupNodeModel => ({ id: groupId(path), kind: 'group', path, members }),
  )
  return { nodes: [...nodes, ...drawn], edges: moveEdges(model.edges, stands) }
}

export const groupId = (path: string): string => `group:${path}`

function moveEdges(edges: readonly GraphEdge[], stands: ReadonlyMap<string, string>): readonly GraphEdge[] {
  const moved = new Map<string, GraphEdge>()
  for (const edge of edges) {
    const source = stands.get(edge.source) ?? edge.source
    const target = stands.get(edge.target) ?? edge.target
    const id = `${source}→${target}`
    if (source !== target && !moved.has(id)) moved.set(id, { id, source, target, kind: edge.kind })
  }
  return [...moved.values()]
}

const MANY_STEPS = 60

/** Whether groups begin closed: where all steps at once would be too many to read. */
export const beginsClosed = (graph: Pick<PipelineGraph, 'steps'>): boolean => graph.steps.length > MANY_STEPS

/** The groups that are closed, when `turned` are those that somebody opened or closed. */
export function closedGroups(graph: Pick<PipelineGraph, 'steps'>, turned: readonly string[]): ReadonlySet<string> {
  const isClosed = beginsClosed(graph)
  return new Set(groupsOf(graph).filter((path) => turned.includes(path) !== isClosed))
}
