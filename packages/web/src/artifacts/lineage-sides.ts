import type { LineageGraph, LineageNode } from '@regia/core'

const keyOf = (node: LineageNode) => `${node.kind} ${node.ref}`

/** What stands before the root and what stands after it, the nearest first. */
export function lineageSides(graph: LineageGraph): {
  readonly made: readonly LineageNode[]
  readonly depends: readonly LineageNode[]
} {
  const nodes = new Map(graph.nodes.map((node) => [keyOf(node), node]))
  const walk = (isBack: boolean) => {
    const start = keyOf(graph.root)
    const found = new Set<string>([start])
    // A set is walked in the order in which it grows: the nearest first.
    for (const at of found) {
      for (const { from, to } of graph.edges) {
        if ((isBack ? to : from) === at) found.add(isBack ? from : to)
      }
    }
    found.delete(start)
    return [...found].flatMap((key) => nodes.get(key) ?? [])
  }
  return { made: walk(true), depends: walk(false) }
}
