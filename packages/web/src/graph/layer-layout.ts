import { type GraphModel, layerOf } from './graph-model.ts'

export type Placed = ReadonlyMap<string, { readonly x: number; readonly y: number }>

const COLUMN = 214
const ROW = 76
/** A layer with more nodes than this is broken into columns, so that a wide graph stays readable. */
const TALLEST = 40

/**
 * Layers from left to right, each ordered by the mean place of what its nodes need: no crossing is searched for, so thousands of nodes
 * take milliseconds. For graphs that are too large for elk.
 */
export function layOutInLayers(model: GraphModel): Placed {
  const layers = layerOf(model)
  const sources = Map.groupBy(model.edges, (edge) => edge.target)
  const columns: string[][] = []
  for (const node of model.nodes) {
    const layer = layers.get(node.id) ?? 0
    columns[layer] ??= []
    columns[layer].push(node.id)
  }
  const rank = new Map<string, number>()
  const places = new Map<string, { x: number; y: number }>()
  let column = 0
  for (const ids of columns) {
    const wished = new Map(ids.map((id, i) => [id, meanRank(sources.get(id) ?? [], rank) ?? i / ids.length]))
    const ordered = ids.toSorted((a, b) => (wished.get(a) ?? 0) - (wished.get(b) ?? 0))
    for (const [i, id] of ordered.entries()) {
      const inColumn = Math.min(TALLEST, ordered.length - Math.floor(i / TALLEST) * TALLEST)
      rank.set(id, (i + 0.5) / ordered.length)
      places.set(id, {
        x: (column + Math.floor(i / TALLEST)) * COLUMN,
        y: ((i % TALLEST) - (inColumn - 1) / 2) * ROW,
      })
    }
    column += Math.max(1, Math.ceil(ordered.length / TALLEST))
  }
  return places
}

function meanRank(
  edges: readonly { readonly source: string }[],
  rank: ReadonlyMap<string, number>,
): number | undefined {
  const ranks = edges.flatMap(({ source }) => rank.get(source) ?? [])
  return ranks.length === 0 ? undefined : ranks.reduce((sum, each) => sum + each, 0) / ranks.length
}
