import { describe, expect, it } from 'vitest'
import { generatedGraph } from './generated-graph.ts'
import { buildGraph } from './graph-model.ts'
import { layOutInLayers } from './layer-layout.ts'

describe('layOutInLayers', () => {
  it('places what is needed to the left of what needs it, and no two nodes on one spot', () => {
    const model = buildGraph(generatedGraph(1000), [])
    const places = layOutInLayers(model)
    expect(new Set([...places.values()].map(({ x, y }) => `${x} ${y}`)).size).toBe(1000)
    for (const { source, target } of model.edges) {
      expect(places.get(source)?.x).toBeLessThan(places.get(target)?.x ?? 0)
    }
  })
  it('breaks a layer of a thousand into columns', () => {
    const places = layOutInLayers(buildGraph(generatedGraph(1000, { width: 1000 }), []))
    expect(new Set([...places.values()].map(({ x }) => x)).size).toBe(25)
  })
  it('takes five thousand nodes in a moment', () => {
    const model = buildGraph(generatedGraph(5000), [])
    const start = performance.now()
    expect(layOutInLayers(model).size).toBe(5000)
    // Tens of milliseconds on an idle machine: the bound only catches what grows with the square.
    expect(performance.now() - start).toBeLessThan(3000)
  })
})
