import { digestOf, type GraphStep, type PipelineGraph, type PortRef } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { buildGraph, refText, widestLayer } from './graph-model.ts'

const step = (id: string, inputs: Record<string, PortRef>, when?: PortRef): GraphStep => ({
  id,
  name: id,
  kind: 'code',
  inputs,
  inputTypes: {},
  outputs: {},
  codeDigest: digestOf(id),
  cache: true,
  retries: 0,
  timeoutMs: 1000,
  cpu: 1,
  memoryMb: 64,
  ...(when && { when }),
})
const graph = (...steps: GraphStep[]): PipelineGraph => ({ name: 'p', description: '', params: {}, steps })
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
    expect(edges).toMatchObject([{ source: 'gate', target: 'register', isCondition: true }])
  })
  it('says where an input comes from', () => {
    expect(refText({ from: 'list', items: [from('train'), { from: 'value', value: 3 }] })).toBe('[train.out, 3]')
    expect(refText({ from: 'dataset', name: 'flights', version: 2 })).toBe('dataset flights@2')
  })
  it('knows how many steps stand above each other', () => {
    const chain = graph(
      step('a', {}),
      step('b', { x: from('a') }),
      step('c', { x: from('a') }),
      step('d', { x: from('b'), y: from('c') }),
    )
    expect(widestLayer(buildGraph(chain, []))).toBe(2)
    expect(widestLayer({ nodes: [], edges: [] })).toBe(0)
  })
})
