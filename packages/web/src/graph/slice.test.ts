import { describe, expect, it } from 'vitest'
import { runCommand } from '../kernel/command-text.ts'
import { generatedGraph } from './generated-graph.ts'
import { selectionOf, sliceGraph, sliceSteps, tagsOf } from './slice.ts'

describe('slices', () => {
  const graph = generatedGraph(9, { width: 3 })

  it('hold what a step needs, what depends on it, or both', () => {
    expect([...sliceSteps(graph, { step: 'step-4', way: 'needs' })].toSorted()).toEqual(['step-1', 'step-2', 'step-4'])
    expect([...sliceSteps(graph, { step: 'step-4', way: 'dependents' })].toSorted()).toEqual([
      'step-4',
      'step-6',
      'step-7',
    ])
    expect(sliceSteps(graph, { step: 'step-4', way: 'both' }).size).toBe(5)
  })
  it('can be run: each has the selection and so the command', () => {
    const commands = (['needs', 'dependents', 'both'] as const).map((way) => {
      const selection = selectionOf(graph, { step: 'step-8', way }, undefined)
      return runCommand('p', selection ? { selection } : {})
    })
    expect(commands).toEqual([
      'regia run p --to step-8',
      'regia run p --from step-8',
      'regia run p --only step-0 --only step-1 --only step-2 --only step-3 --only step-5 --only step-8',
    ])
    expect(selectionOf(graph, undefined, undefined)).toBeUndefined()
  })
  it('are what is left of the graph, by tag as well', () => {
    expect(tagsOf(graph)).toEqual(['tenth'])
    expect(sliceGraph(graph, undefined, 'tenth').steps.map(({ id }) => id)).toEqual(['step-0'])
    expect(sliceGraph(graph, { step: 'step-4', way: 'needs' }, undefined).steps).toHaveLength(3)
    expect(sliceGraph(graph, undefined, undefined)).toBe(graph)
  })
})
