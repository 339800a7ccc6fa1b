import { useEffect, useMemo, useState } from 'react'
import { type Layout, layOutGraph } from './graph-layout.ts'
import type { GraphModel } from './graph-model.ts'

/** Where the nodes stand. A run that moves on changes states, not places: only another shape is laid out again. */
export function usePlaced(model: GraphModel): Layout | undefined {
  const [placed, setPlaced] = useState<{ readonly shape: string; readonly layout: Layout }>()
  const shape = useMemo(
    () => [...model.nodes.map((node) => node.id), ...model.edges.map((edge) => edge.id)].join('|'),
    [model],
  )
  useEffect(() => {
    let isStale = false
    if (placed?.shape === shape) return
    void layOutGraph(model).then((layout) => {
      if (!isStale) setPlaced({ shape, layout })
    })
    return () => {
      isStale = true
    }
  }, [model, shape, placed?.shape])
  return placed?.shape === shape ? placed.layout : undefined
}
