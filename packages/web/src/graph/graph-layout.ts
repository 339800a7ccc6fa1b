import ELK, { type ELK as Elk, type ElkNode } from 'elkjs/lib/elk-api.js'
import workerUrl from 'elkjs/lib/elk-worker.min.js?url'
import { type GraphModel, type GraphNode, isLarge } from './graph-model.ts'
import { pathsOf } from './groups.ts'
import { layOutInLayers, type Placed } from './layer-layout.ts'

export const STEP_SIZE = { width: 158, height: 56 } as const
export const SOURCE_SIZE = { width: 112, height: 32 } as const

/** An open group as a box around its steps. */
export type Box = {
  readonly path: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}
export type Layout = {
  readonly places: Placed
  readonly boxes: readonly Box[]
  /** The space that it takes. */
  readonly size: { readonly left: number; readonly top: number; readonly width: number; readonly height: number }
}

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.layered.spacing.nodeNodeBetweenLayers': '30',
  'elk.spacing.nodeNode': '22',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
}
const GROUP_OPTIONS = { 'elk.padding': '[top=34,left=14,bottom=14,right=14]' }

let elk: Elk | undefined

/** Lays the graph out from left to right: a small one by elk in a worker, a large one in plain layers. */
export async function layOutGraph(model: GraphModel): Promise<Layout> {
  if (isLarge(model)) return withSize(layOutInLayers(model), [])
  elk ??= new ELK({ workerFactory: () => new Worker(workerUrl) })
  const root = await elk.layout({
    id: 'root',
    layoutOptions: OPTIONS,
    children: nest(model.nodes),
    edges: model.edges.map((edge) => ({ id: edge.id, sources: [edge.source], targets: [edge.target] })),
  })
  const places = new Map<string, { x: number; y: number }>()
  const boxes: Box[] = []
  collect(root, 0, 0, places, boxes)
  return withSize(places, boxes)
}

function withSize(places: Placed, boxes: readonly Box[]): Layout {
  const size = { left: 0, top: 0, right: 0, bottom: 0 }
  for (const { x, y } of places.values()) {
    size.left = Math.min(size.left, x)
    size.top = Math.min(size.top, y)
    size.right = Math.max(size.right, x + STEP_SIZE.width)
    size.bottom = Math.max(size.bottom, y + STEP_SIZE.height)
  }
  const { left, top } = size
  return { places, boxes, size: { left, top, width: size.right - left, height: size.bottom - top } }
}

const BOX = 'box:'

/** Steps inside their open groups, as elk wants them. */
function nest(nodes: readonly GraphNode[]): ElkNode[] {
  const root: ElkNode[] = []
  const inside = new Map<string, ElkNode[]>()
  const place = (path: string): ElkNode[] => {
    const known = inside.get(path)
    if (known) return known
    const children: ElkNode[] = []
    inside.set(path, children)
    const outer = pathsOf(path).at(-2)
    const around = outer === undefined ? root : place(outer)
    around.push({ id: `${BOX}${path}`, children, layoutOptions: GROUP_OPTIONS })
    return children
  }
  for (const node of nodes) {
    const group = openGroupOf(node)
    const around = group === undefined ? root : place(group)
    around.push({ id: node.id, ...sizeOf(node) })
  }
  return root
}

function openGroupOf(node: GraphNode): string | undefined {
  if (node.kind === 'step') return node.step.group
  return node.kind === 'group' ? pathsOf(node.path).at(-2) : undefined
}

export const sizeOf = (node: GraphNode) => (node.kind === 'step' || node.kind === 'group' ? STEP_SIZE : SOURCE_SIZE)

function collect(node: ElkNode, x: number, y: number, places: Map<string, { x: number; y: number }>, boxes: Box[]) {
  for (const child of node.children ?? []) {
    const at = { x: x + (child.x ?? 0), y: y + (child.y ?? 0) }
    if (child.id.startsWith(BOX)) {
      boxes.push({ path: child.id.slice(BOX.length), ...at, width: child.width ?? 0, height: child.height ?? 0 })
      collect(child, at.x, at.y, places, boxes)
    } else places.set(child.id, at)
  }
}
