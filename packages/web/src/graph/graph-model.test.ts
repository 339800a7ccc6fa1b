import {
  digestOf,
  type GraphStep,
  graphStepSchema,
  type PipelineGraph,
  type PortRef,
  pipelineGraphSchema,
} from '@regia/core'
import { describe, expect, it } from 'vitest'
import { buildGraph, extentOf } from './graph-model.ts'

const step = (id: string, inputs: Record<string, PortRef>, when?: PortRef): GraphStep =>
  graphStepSchema.parse({
    id,
    name: id,
    kind: 'code',
    inputs,
    inputTypes: {},
    outputs: {},
    codeDigest: digestOf(id),
    ...(when && { when: [{ ref: when, is: 'equal', value: true }] }),
  })
const graph = (...steps: GraphStep[]): PipelineGraph => pipelineGraphSchema.parse({ name: 'p', params: {}, steps })
const from = (name: string): PortRef => ({ from: 'step', step: name, output: 'out' })

describe('buildGraph', () => {
  it('draws steps, what flows in from outside, and each edge once', () => {
    const { nodes, edges } = buildGraph(
      graph(
        step('split', { rows: { from: 'dataset', name: 'flights' } }),
        step('train', { rows: from('split'), again: from('split'), depth: { from: 'param', name: 'depth' } }),
        step('pick', {
          models: {
            from: 'list',
            items: [from('train'), { from: 'model', name: 'm', alias: 'champion', optional: true }],
          },
        }),
      ),
      [],
    )
    expect(nodes.map(({ id }) => id)).toEqual(['split', 'train', 'pick', 'dataset:flights', 'model:m@champion'])
    expect(edges.map(({ id }) => id)).toEqual([
      'dataset:flights→split',
      'split→train',
      'train→pick',
      'model:m@champion→pick',
    ])
  })
  it('marks a condition as one', () => {
    const { edges } = buildGraph(graph(step('gate', {}), step('register', {}, from('gate'))), [])
    expect(edges).toMatchObject([{ source: 'gate', target: 'register', kind: 'when' }])
  })
  it('marks alternatives as such, and shows the catalog as a source', () => {
    const last = step('last', { rows: { from: 'either', items: [from('a'), from('b')] } })
    const { nodes, edges } = buildGraph(
      graph(step('a', { raw: { from: 'catalog', name: 'companies' } }), step('b', {}), last),
      [],
    )
    expect(nodes.at(-1)).toMatchObject({ id: 'catalog:companies', kind: 'catalog', label: 'companies' })
    expect(edges.filter(({ kind }) => kind === 'either').map(({ id }) => id)).toEqual(['a→last', 'b→last'])
  })
  it('knows how many steps stand above each other', () => {
    const chain = graph(
      step('a', {}),
      step('b', { x: from('a') }),
      step('c', { x: from('a') }),
      step('d', { x: from('b'), y: from('c') }),
    )
    expect(extentOf(buildGraph(chain, []))).toEqual({ widest: 2, layers: 3 })
    expect(extentOf({ nodes: [], edges: [] })).toEqual({ widest: 0, layers: 0 })
  })
})
