import '@xyflow/react/dist/base.css'
import { Controls, type Edge, type Node, Position, ReactFlow } from '@xyflow/react'
import { useMemo } from 'react'
import { Skeleton } from '../kernel/loaded.tsx'
import classes from './graph.module.css'
import { type Placed, SOURCE_SIZE, STEP_SIZE } from './graph-layout.ts'
import type { GraphModel } from './graph-model.ts'
import { SourceNode, StepNode } from './graph-nodes.tsx'
import { usePlaced } from './use-placed.ts'

type GraphViewProps = {
  readonly model: GraphModel
  readonly selected: string | undefined
  readonly onSelect: (step: string) => void
  readonly height?: number
}

const NODE_TYPES = { step: StepNode, source: SourceNode }

/** The graph in the order in which data flows. Steps can be reached by keyboard and opened with Enter. */
export default function GraphView({ model, selected, onSelect, height = 360 }: GraphViewProps) {
  const placed = usePlaced(model)
  const nodes = useMemo(() => (placed ? drawNodes(model, placed, selected) : []), [model, placed, selected])
  const edges = useMemo(() => drawEdges(model), [model])
  if (!placed) return <Skeleton height={height} />
  return (
    <div className={classes.graph} style={{ height }}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        onNodeClick={(_, node) => node.type === 'step' && onSelect(node.id)}
        onNodesChange={(changes) => {
          const change = changes.find((each) => each.type === 'select' && each.selected)
          if (change?.type === 'select' && model.nodes.some((node) => node.id === change.id && node.kind === 'step')) {
            onSelect(change.id)
          }
        }}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        deleteKeyCode={null}
        minZoom={0.1}
        maxZoom={1.4}
        fitView
        fitViewOptions={{ padding: 0.08, maxZoom: 1 }}
        zoomOnScroll={false}
        preventScrolling={false}
        proOptions={{ hideAttribution: true }}
        aria-label="Pipeline graph"
      >
        <Controls showInteractive={false} orientation="horizontal" position="bottom-right" />
      </ReactFlow>
    </div>
  )
}

function drawNodes({ nodes }: GraphModel, placed: Placed, selected: string | undefined): Node[] {
  return nodes.map((node) => ({
    id: node.id,
    type: node.kind === 'step' ? 'step' : 'source',
    position: placed.get(node.id) ?? { x: 0, y: 0 },
    data: { node },
    selected: node.id === selected,
    focusable: node.kind === 'step',
    sourcePosition: Position.Right,
    targetPosition: Position.Left,
    ...(node.kind === 'step' ? STEP_SIZE : SOURCE_SIZE),
    ariaLabel: node.kind === 'step' ? `${node.id}, ${node.stepRun?.status ?? 'not run'}` : node.label,
  }))
}

function drawEdges({ nodes, edges }: GraphModel): Edge[] {
  const running = new Set(
    nodes.filter((node) => node.kind === 'step' && node.stepRun?.status === 'running').map((node) => node.id),
  )
  return edges.map((edge) => ({
    id: edge.id,
    source: edge.source,
    target: edge.target,
    animated: running.has(edge.target),
    ...(edge.isCondition && { label: 'when', style: { strokeDasharray: '4 3' } }),
  }))
}
