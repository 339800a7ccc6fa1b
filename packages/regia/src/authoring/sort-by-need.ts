import type { RegiaError } from '@regia/core'
import type { GraphNode, Producers } from './graph-node.ts'
import { problem } from './graph-problems.ts'
import type { Source } from './refs.ts'

/**
 * Kahn's algorithm; among the nodes that are ready the author's order is kept.
 *
 * @throws RegiaError `PIPELINE_CYCLE` naming the steps of a circle.
 */
export function sortByNeed(nodes: readonly GraphNode[], producers: Producers): readonly GraphNode[] {
  const needs = new Map(nodes.map((node) => [node, neededBy(node, producers)]))
  const followers = new Map<GraphNode, GraphNode[]>(nodes.map((node) => [node, []]))
  for (const [node, needed] of needs) for (const before of needed) followers.get(before)?.push(node)
  const open = new Map([...needs].map(([node, needed]) => [node, needed.size]))
  const sorted = nodes.filter((node) => open.get(node) === 0)
  for (let next = 0; next < sorted.length; next++) {
    for (const follower of followers.get(sorted[next]!)!) {
      const left = open.get(follower)! - 1
      open.set(follower, left)
      if (left === 0) sorted.push(follower)
    }
  }
  if (sorted.length < nodes.length) throw cycle(without(nodes, sorted), needs)
  return sorted
}

function without(nodes: readonly GraphNode[], sorted: readonly GraphNode[]): ReadonlySet<GraphNode> {
  const left = new Set(nodes)
  for (const node of sorted) left.delete(node)
  return left
}

function neededBy(node: GraphNode, producers: Producers): ReadonlySet<GraphNode> {
  const sources = [...Object.values(node.inputs), ...(node.when ?? []).map(({ ref }) => ref)]
  return new Set(sources.flatMap(dataOf).map((name) => producers.get(name)!.node))
}

function dataOf(source: Source): readonly string[] {
  if (source.from === 'list' || source.from === 'either') return source.items.flatMap(dataOf)
  return source.from === 'data' ? [source.name] : []
}

function cycle(left: ReadonlySet<GraphNode>, needs: ReadonlyMap<GraphNode, ReadonlySet<GraphNode>>): RegiaError {
  const path = new Map<GraphNode, number>()
  let node = [...left][0]!
  while (!path.has(node)) {
    path.set(node, path.size)
    node = [...needs.get(node)!].find((needed) => left.has(needed))!
  }
  const circle = [node, ...[...path.keys()].slice(path.get(node)).reverse()]
  const names = circle.map(({ id }) => `"${id}"`)
  const text = names.length > 12 ? [...names.slice(0, 10), '…', names.at(-1)].join(' → ') : names.join(' → ')
  return problem('PIPELINE_CYCLE', node, `Steps wait for each other in a circle: ${text}.`, {
    hint: 'Let one of them do without the output of the next one, or split it into two steps.',
    steps: circle.map(({ id }) => id),
  })
}
