import '@xyflow/react/dist/base.css'
import { Controls, Handle, type Node, type NodeProps, Position, ReactFlow } from '@xyflow/react'
import { useMemo } from 'react'
import graphClasses from '../graph/graph.module.css'
import { SOURCE_SIZE } from '../graph/graph-layout.ts'
import { extentOf, type GraphModel } from '../graph/graph-model.ts'
import { usePlaced } from '../graph/use-placed.ts'
import { Skeleton } from '../kernel/loaded.tsx'
import classes from './experiments.module.css'
import { type OnnxBox, onnxBoxes } from './onnx-model.ts'
import type { OnnxOutline } from './onnx-outline.ts'

const [SHORTEST, TALLEST, ROW] = [130, 460, 56]
const NODE_TYPES = { operator: OperatorNode }
const HANDLE = { y: SOURCE_SIZE.height / 2, width: 1, height: 1 }

/** The operators of a model, from its inputs to its outputs. */
export default function OnnxGraphView({ model: outline }: { readonly model: OnnxOutline }) {
  const { boxes, edges } = useMemo(() => onnxBoxes(outline), [outline])
  // The layout knows places by their size alone: every box is laid out like a source of a pipeline.
  const model = useMemo(
    (): GraphModel => ({
      nodes: boxes.map(({ id, title }) => ({ id, kind: 'catalog', label: title, name: title })),
      edges: edges.map((edge) => ({ ...edge, id: `${edge.source}→${edge.target}`, kind: 'data' })),
    }),
    [boxes, edges],
  )
  const layout = usePlaced(model)
  const height = Math.min(TALLEST, Math.max(SHORTEST, 70 + extentOf(model).widest * ROW))
  const nodes = useMemo(
    () =>
      boxes.map(
        (box): Node => ({
          id: box.id,
          type: 'operator',
          position: layout?.places.get(box.id) ?? { x: 0, y: 0 },
          data: { box },
          ...SOURCE_SIZE,
          focusable: false,
          selectable: false,
          sourcePosition: Position.Right,
          targetPosition: Position.Left,
          handles: [
            { type: 'target', position: Position.Left, x: 0, ...HANDLE },
            { type: 'source', position: Position.Right, x: SOURCE_SIZE.width, ...HANDLE },
          ],
        }),
      ),
    [boxes, layout],
  )
  if (!layout) return <Skeleton height={height} />
  return (
    <div className={graphClasses.graph} style={{ height }}>
      <ReactFlow
        nodes={nodes}
        edges={[...model.edges]}
        nodeTypes={NODE_TYPES}
        fitView
        fitViewOptions={{ padding: 0.08, maxZoom: 1 }}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        deleteKeyCode={null}
        minZoom={0.1}
        maxZoom={1.4}
        onlyRenderVisibleElements={boxes.length > 250}
        zoomOnScroll={false}
        preventScrolling={false}
        proOptions={{ hideAttribution: true }}
        aria-label="Model graph"
      >
        <Controls showInteractive={false} orientation="horizontal" position="bottom-right" />
      </ReactFlow>
    </div>
  )
}

function OperatorNode({ data }: NodeProps) {
  const box = data.box as OnnxBox
  return (
    <div className={classes.operator} data-kind={box.kind} title={`${box.title} ${box.note}`}>
      <Handle type="target" position={Position.Left} />
      <span>{box.title}</span>
      <Handle type="source" position={Position.Right} />
    </div>
  )
}
