import { useEffect, useState } from 'react'
import { layOutGraph, type Placed } from './graph-layout.ts'
import type { GraphModel } from './graph-model.ts'

/** Where the nodes stand. A run that moves on changes states, not places: only another shape is laid out again. */
export function usePlaced(model: GraphModel): Placed | undefined {
  const [placed, setPlaced] = useState<{ readonly shape: string; readonly places: Placed }>()
  const shape = [...model.nodes.map((node) => node.id), ...model.edges.map((edge) => edge.id)].join('|')
  useEffect(() => {
    let isStale = false
    if (placed?.shape === shape) return
    void layOutGraph(model).then((places) => {
      if (!isStale) setPlaced({ shape, places })
    })
    return () => {
      isStale = true
    }
  }, [model, shape, placed?.shape])
  return placed?.shape === shape ? placed.places : undefined
}
