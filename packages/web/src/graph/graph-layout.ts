import ELK, { type ELK as Elk } from 'elkjs/lib/elk-api.js'
import workerUrl from 'elkjs/lib/elk-worker.min.js?url'
import type { GraphModel } from './graph-model.ts'

export const STEP_SIZE = { width: 158, height: 56 } as const
export const SOURCE_SIZE = { width: 112, height: 32 } as const

export type Placed = ReadonlyMap<string, { readonly x: number; readonly y: number }>

let elk: Elk | undefined

/** Lays the graph out from left to right, in a worker, so that a large one does not hold the page up. */
export async function layOutGraph({ nodes, edges }: GraphModel): Promise<Placed> {
  elk ??= new ELK({ workerFactory: () => new Worker(workerUrl) })
  const placed = await elk.layout({
    id: 'root',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'RIGHT',
      'elk.layered.spacing.nodeNodeBetweenLayers': '28',
      'elk.spacing.nodeNode': '22',
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
    },
    children: nodes.map((node) => ({ id: node.id, ...(node.kind === 'step' ? STEP_SIZE : SOURCE_SIZE) })),
    edges: edges.map((edge) => ({ id: edge.id, sources: [edge.source], targets: [edge.target] })),
  })
  return new Map((placed.children ?? []).map((child) => [child.id, { x: child.x ?? 0, y: child.y ?? 0 }]))
}
