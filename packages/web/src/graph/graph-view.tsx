import '@xyflow/react/dist/base.css'
import { Controls, type Node, type NodeChange, ReactFlow, type ReactFlowInstance } from '@xyflow/react'
import { useCallback, useEffect, useMemo, useRef } from 'react'
import { Skeleton } from '../kernel/loaded.tsx'
import { drawEdges, drawNodes } from './draw-graph.ts'
import classes from './graph.module.css'
import { type Layout, STEP_SIZE } from './graph-layout.ts'
import { type GraphModel, isLarge } from './graph-model.ts'
import { BoxNode, GroupNode, SourceNode, StepNode, TurnContext } from './graph-nodes.tsx'
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
  const box = useRef<HTMLDivElement>(null)
  const spaceOf = useCallback(() => ({ width: box.current?.clientWidth ?? 0, height }), [height])
  useShown(flow, layout, selected, spaceOf)
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
    <div ref={box} className={classes.graph} style={{ height }}>
      <TurnContext value={onTurn}>
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          onInit={(instance) => {
            flow.current = instance
            show(instance, layout, selected, spaceOf())
          }}
          onNodesChange={onChanges}
          nodesDraggable={false}
          nodesConnectable={false}
          edgesFocusable={false}
          deleteKeyCode={null}
          minZoom={large ? SMALLEST_LARGE : SMALLEST}
          maxZoom={1.4}
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

/** Smaller than this it could not be read: then a part of it is shown. */
const SMALLEST_WHOLE = 0.42
/** How near a large graph is seen at first, and one step that was looked for. */
const [AFAR, CLOSE] = [0.6, 0.9]
const FIT = { padding: 0.08, maxZoom: 1 }

/** Another shape is shown anew, and a step that was chosen elsewhere comes into view where not all of them are. */
function useShown(
  flow: { readonly current: ReactFlowInstance | undefined },
  layout: Layout | undefined,
  selected: string | undefined,
  spaceOf: () => Space,
) {
  const before = useRef<{ layout: Layout | undefined; selected: string | undefined }>({ layout, selected })
  useEffect(() => {
    if (!layout || !flow.current) return
    const isSame = layout === before.current.layout && (fits(layout, spaceOf()) || selected === before.current.selected)
    before.current = { layout, selected }
    if (!isSame) show(flow.current, layout, selected, spaceOf())
  }, [flow, layout, selected, spaceOf])
}

type Space = { readonly width: number; readonly height: number }

/** Whether all of it can be seen at once and still be read. */
const fits = ({ size }: Layout, { width, height }: Space) =>
  size.width * SMALLEST_WHOLE <= width && size.height * SMALLEST_WHOLE <= height

/** All of a small graph; of a large one the left end, or the step that is chosen. */
function show(flow: ReactFlowInstance, layout: Layout, selected: string | undefined, space: Space) {
  if (fits(layout, space)) return void flow.fitView(FIT)
  const chosen = selected === undefined ? undefined : layout.places.get(selected)
  const { size } = layout
  if (chosen) void flow.setCenter(chosen.x + STEP_SIZE.width / 2, chosen.y + STEP_SIZE.height / 2, { zoom: CLOSE })
  else
    void flow.setViewport({
      x: 24 - size.left * AFAR,
      y: space.height / 2 - (size.top + size.height / 2) * AFAR,
      zoom: AFAR,
    })
}
