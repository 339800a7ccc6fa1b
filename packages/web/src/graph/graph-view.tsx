import '@xyflow/react/dist/base.css'
import { Controls, type Node, type NodeChange, ReactFlow, type ReactFlowInstance } from '@xyflow/react'
import { useEffect, useMemo, useRef } from 'react'
import { Skeleton } from '../kernel/loaded.tsx'
import { drawEdges, drawNodes } from './draw-graph.ts'
import classes from './graph.module.css'
import { isLarge, type Layout, STEP_SIZE } from './graph-layout.ts'
import type { GraphModel } from './graph-model.ts'
import { BoxNode, GroupNode, SourceNode, StepNode, TurnContext } from './graph-nodes.tsx'
import { groupId } from './groups.ts'
import { usePlaced } from './use-placed.ts'

type GraphViewProps = {
  readonly model: GraphModel
  readonly selected: string | undefined
  readonly onSelect: (step: string) => void
  /** Opens or closes a group. */
  readonly onTurn: (path: string) => void
  readonly height?: number
}

const NODE_TYPES = { step: StepNode, group: GroupNode, source: SourceNode, box: BoxNode }
const SMALLEST = 0.1
/** A large graph is never drawn so small that all of it would have to be drawn at once. */
const SMALLEST_LARGE = 0.35

/** The graph in the order in which data flows. Steps can be reached by keyboard and opened with Enter. */
export default function GraphView({ model, selected, onSelect, onTurn, height = 360 }: GraphViewProps) {
  const layout = usePlaced(model)
  const large = isLarge(model)
  const nodes = useMemo(() => (layout ? drawNodes(model, layout, selected) : []), [model, layout, selected])
  const edges = useMemo(() => drawEdges(model), [model])
  const flow = useRef<ReactFlowInstance>(undefined)
  useShown(flow, layout, model, selected)
  const open = (id: string) => {
    const node = model.nodes.find((each) => each.id === id)
    if (node?.kind === 'step') onSelect(id)
    else if (node?.kind === 'group') onTurn(node.path)
  }
  const onChanges = (changes: readonly NodeChange<Node>[]) => {
    const change = changes.find((each) => each.type === 'select' && each.selected)
    if (change?.type === 'select') open(change.id)
  }
  if (!layout) return <Skeleton height={height} />
  return (
    <div className={classes.graph} style={{ height }}>
      <TurnContext value={onTurn}>
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          onInit={(instance) => {
            flow.current = instance
            if (large) show(instance, layout, model, selected)
          }}
          onNodesChange={onChanges}
          nodesDraggable={false}
          nodesConnectable={false}
          edgesFocusable={false}
          deleteKeyCode={null}
          minZoom={large ? SMALLEST_LARGE : SMALLEST}
          maxZoom={1.4}
          fitView={!large}
          fitViewOptions={FIT}
          onlyRenderVisibleElements={large}
          zoomOnScroll={false}
          preventScrolling={false}
          proOptions={{ hideAttribution: true }}
          aria-label="Pipeline graph"
        >
          <Controls showInteractive={false} orientation="horizontal" position="bottom-right" />
        </ReactFlow>
      </TurnContext>
    </div>
  )
}

const FIT = { padding: 0.08, maxZoom: 1 }

/** Another shape is shown whole, and a step that was chosen elsewhere comes into view. */
function useShown(
  flow: { readonly current: ReactFlowInstance | undefined },
  layout: Layout | undefined,
  model: GraphModel,
  selected: string | undefined,
) {
  const before = useRef(layout)
  useEffect(() => {
    if (!layout || layout === before.current || !flow.current) return
    before.current = layout
    if (isLarge(model)) show(flow.current, layout, model, selected)
    else void flow.current.fitView(FIT)
  }, [flow, layout, model, selected])
}

/** The beginning of a large graph, or the step that is chosen. */
function show(flow: ReactFlowInstance, layout: Layout, model: GraphModel, selected: string | undefined) {
  const chosen =
    selected === undefined ? undefined : (layout.places.get(selected) ?? layout.places.get(groupId(selected)))
  const place = chosen ?? layout.places.get(model.nodes[0]?.id ?? '')
  if (place) void flow.setCenter(place.x + STEP_SIZE.width / 2 + (chosen ? 0 : 300), place.y, { zoom: 0.8 })
}
