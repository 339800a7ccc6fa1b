import type { PipelineGraph, StepRun } from '@regia/core'
import { lazy, Suspense, useMemo } from 'react'
import { Skeleton } from '../kernel/loaded.tsx'
import { buildGraph, widestLayer } from './graph-model.ts'

const GraphView = lazy(() => import('./graph-view.tsx'))
const NO_STEP_RUNS: readonly StepRun[] = []

type PipelineGraphViewProps = {
  readonly graph: PipelineGraph
  readonly stepRuns?: readonly StepRun[] | undefined
  readonly selected: string | undefined
  readonly onSelect: (step: string) => void
}

/** The graph of a pipeline, coloured by the states of a run. What draws it loads with the first graph. */
export function PipelineGraphView({ graph, stepRuns = NO_STEP_RUNS, selected, onSelect }: PipelineGraphViewProps) {
  const model = useMemo(() => buildGraph(graph, stepRuns), [graph, stepRuns])
  const height = Math.min(520, Math.max(210, 80 + widestLayer(model) * 78))
  return (
    <Suspense fallback={<Skeleton height={height} />}>
      <GraphView model={model} selected={selected} onSelect={onSelect} height={height} />
    </Suspense>
  )
}
