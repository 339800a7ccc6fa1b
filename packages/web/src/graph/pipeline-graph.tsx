import type { PipelineGraph, StepRun } from '@regia/core'
import { lazy, type ReactNode, Suspense, useCallback, useMemo } from 'react'
import { Skeleton } from '../kernel/loaded.tsx'
import classes from './graph.module.css'
import { buildGraph, extentOf, type GraphModel, isLarge } from './graph-model.ts'
import { GraphTools } from './graph-tools.tsx'
import { closedGroups, closeGroups } from './groups.ts'
import { type GraphSearch, sliceOf, turn } from './search.ts'
import { sliceGraph } from './slice.ts'

const GraphView = lazy(() => import('./graph-view.tsx'))
const NO_STEP_RUNS: readonly StepRun[] = []

type PipelineGraphViewProps = {
  readonly graph: PipelineGraph
  readonly stepRuns?: readonly StepRun[] | undefined
  readonly selected: string | undefined
  readonly onSelect: (step: string) => void
  readonly view: GraphSearch
  readonly onView: (view: GraphSearch) => void
  /** What can be done with the slice that is shown. */
  readonly children?: ReactNode
}

/** The graph of a pipeline, coloured by the states of a run. What draws it loads with the first graph. */
export function PipelineGraphView(props: PipelineGraphViewProps) {
  const { graph, stepRuns = NO_STEP_RUNS, selected, onSelect, view, onView } = props
  const { turned, around, way, tag } = view
  const shown = useMemo(() => sliceGraph(graph, sliceOf({ around, way }), tag), [graph, around, way, tag])
  const model = useMemo(
    () => closeGroups(buildGraph(shown, stepRuns), closedGroups(graph, turned?.split(',') ?? [])),
    [graph, shown, stepRuns, turned],
  )
  const onTurn = useCallback((path: string) => onView({ turned: turn(turned, path) }), [onView, turned])
  const height = useMemo(() => heightOf(model), [model])
  return (
    <div className={classes.withTools}>
      <GraphTools graph={graph} shownCount={shown.steps.length} view={view} onView={onView} onFind={onSelect}>
        {props.children}
      </GraphTools>
      <Suspense fallback={<Skeleton height={height} />}>
        <GraphView model={model} selected={selected} onSelect={onSelect} onTurn={onTurn} height={height} />
      </Suspense>
    </div>
  )
}

const [SHORTEST, TALLEST] = [210, 560]
const SMALLEST_SCALE = 0.45
/** What a layer, and a node above another, take; and what a page commonly has. */
const [LAYER_WIDTH, NODE_HEIGHT, PAGE_WIDTH] = [190, 82, 1100]

/** How high the graph will be when all of it is seen: known before it is laid out, so that nothing jumps. */
function heightOf(model: GraphModel): number {
  if (isLarge(model)) return TALLEST
  const { widest, layers } = extentOf(model)
  const scale = Math.max(SMALLEST_SCALE, Math.min(1, PAGE_WIDTH / (layers * LAYER_WIDTH + 1)))
  return Math.round(Math.min(TALLEST, Math.max(SHORTEST, 90 + widest * NODE_HEIGHT * scale)))
}
