import { type Edge, type Node, Position } from '@xyflow/react'
import { type Layout, sizeOf } from './graph-layout.ts'
import type { EdgeKind, GraphModel, GraphNode } from './graph-model.ts'
import { groupText } from './graph-nodes.tsx'

const BOX_DEPTH = -10

/** Boxes first, so that what stands in them is drawn over them. */
export function drawNodes({ nodes }: GraphModel, { places, boxes }: Layout, selected: string | undefined): Node[] {
  const drawnBoxes = boxes.map(
    ({ path, x, y, width, height }): Node => ({
      id: `box:${path}`,
      type: 'box',
      position: { x, y },
      data: { path },
      width,
      height,
      zIndex: BOX_DEPTH,
      selectable: false,
      focusable: false,
    }),
  )
  const drawn = nodes.map(
    (node): Node => ({
      id: node.id,
      type: node.kind === 'step' || node.kind === 'group' ? node.kind : 'source',
      position: places.get(node.id) ?? { x: 0, y: 0 },
      data: { node },
      selected: node.id === selected,
      focusable: node.kind === 'step' || node.kind === 'group',
      sourcePosition: Position.Right,
      targetPosition: Position.Left,
      ...sizeOf(node),
      handles: handlesOf(node),
      ariaLabel: labelOf(node),
    }),
  )
  return [...drawnBoxes, ...drawn]
}

// Told beforehand: else each node would be drawn once, in view or not, only to find them.
function handlesOf(node: GraphNode): NonNullable<Node['handles']> {
  const { width, height } = sizeOf(node)
  const middle = { y: height / 2, width: 1, height: 1 }
  const source = { type: 'source', position: Position.Right, x: width, ...middle } as const
  const target = { type: 'target', position: Position.Left, x: 0, ...middle } as const
  return node.kind === 'step' || node.kind === 'group' ? [target, source] : [source]
}

function labelOf(node: GraphNode): string {
  if (node.kind === 'step') return `${node.id}, ${node.step.kind}, ${node.stepRun?.status ?? 'not run'}`
  if (node.kind === 'group') return `group ${node.path}, ${groupText(node)}, closed`
  return `${node.kind} ${node.label}`
}

const STYLES: Readonly<Record<EdgeKind, Partial<Edge>>> = {
  data: {},
  when: { label: 'when', style: { strokeDasharray: '4 3' } },
  either: { label: 'either', style: { strokeDasharray: '1 3', strokeLinecap: 'round' } },
}

export function drawEdges({ nodes, edges }: GraphModel): Edge[] {
  const running = new Set(
    nodes.filter((node) => node.kind === 'step' && node.stepRun?.status === 'running').map((node) => node.id),
  )
  return edges.map(({ id, source, target, kind }) => ({
    id,
    source,
    target,
    animated: running.has(target),
    ...STYLES[kind],
  }))
}
