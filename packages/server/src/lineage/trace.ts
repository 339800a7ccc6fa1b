import type { LineageGraph, LineageNode } from '@regia/core'

/** What is next to a node: the newest so many in each direction, and whether there are more. */
export type Neighbours = { readonly refs: readonly NodeRef[]; readonly hasMore: boolean }
export type NodeRef = Pick<LineageNode, 'kind' | 'ref'>
export type Direction = 'needs' | 'makes'

/** Where a trace reads from. */
export type LineageReader = {
  /** Nothing for what is not there any more. */
  readonly describe: (node: NodeRef) => Promise<LineageNode | undefined>
  readonly neighbours: (node: NodeRef, direction: Direction, limit: number) => Promise<Neighbours>
}

/** How many steps away from the root, and how many nodes beside it, half of them on each side where both have so many. */
export type TraceLimits = { readonly depth: number; readonly limit: number }

export const keyOf = ({ kind, ref }: NodeRef): string => `${kind} ${ref}`

/** What made a thing and what depends on it: breadth first in each direction, and never back again, so that siblings stay out. */
export async function trace(
  root: LineageNode,
  reader: LineageReader,
  { depth, limit }: TraceLimits,
): Promise<LineageGraph> {
  const found = new Map<string, LineageNode>([[keyOf(root), root]])
  const edges = new Map<string, LineageGraph['edges'][number]>()
  const room = { left: limit }
  let isCut = false
  for (const [direction, share] of [
    ['needs', Math.ceil(limit / 2)],
    ['makes', limit],
  ] as const) {
    const walked = await walk(root, direction, depth, { reader, found, edges, room, leave: limit - share })
    isCut ||= walked.isCut
  }
  return { root, nodes: [...found.values()], edges: [...edges.values()], isCut }
}

type Walk = {
  readonly reader: LineageReader
  readonly found: Map<string, LineageNode>
  readonly edges: Map<string, LineageGraph['edges'][number]>
  readonly room: { left: number }
  /** Room that stays for the other direction. */
  readonly leave: number
}

async function walk(root: LineageNode, direction: Direction, depth: number, state: Walk): Promise<{ isCut: boolean }> {
  const seen = new Set([keyOf(root)])
  let level: readonly NodeRef[] = [root]
  let isCut = false
  for (let distance = 1; level.length > 0; distance++) {
    const next: NodeRef[] = []
    for (const node of level) {
      const { refs, hasMore } = await state.reader.neighbours(
        node,
        direction,
        Math.max(1, state.room.left - state.leave),
      )
      isCut ||= hasMore
      for (const ref of refs) {
        const isNew = !state.found.has(keyOf(ref))
        if (isNew && (distance > depth || state.room.left <= state.leave)) {
          isCut = true
          continue
        }
        if (isNew && !(await add(ref, state))) continue
        const [from, to] = direction === 'needs' ? [keyOf(ref), keyOf(node)] : [keyOf(node), keyOf(ref)]
        state.edges.set(`${from}\n${to}`, { from, to })
        if (seen.has(keyOf(ref))) continue
        seen.add(keyOf(ref))
        next.push(ref)
      }
    }
    level = distance > depth ? [] : next
  }
  return { isCut }
}

async function add(ref: NodeRef, { reader, found, room }: Walk): Promise<boolean> {
  const node = await reader.describe(ref)
  if (!node) return false
  found.set(keyOf(ref), node)
  room.left -= 1
  return true
}
