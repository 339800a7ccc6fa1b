import type { LineageNode } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { lineageSides } from './lineage-sides.ts'

const node = (kind: LineageNode['kind'], ref: string): LineageNode => ({ kind, ref, label: ref })

describe('lineageSides', () => {
  it('tells what made a thing from what depends on it, however far', () => {
    const root = node('run', 'r1')
    const nodes = [
      root,
      node('dataset', 'rows@1'),
      node('dataset', 'raw@1'),
      node('model', 'm@1'),
      node('endpoint', 'e'),
    ]
    const edges = [
      { from: 'dataset raw@1', to: 'dataset rows@1' },
      { from: 'dataset rows@1', to: 'run r1' },
      { from: 'run r1', to: 'model m@1' },
      { from: 'model m@1', to: 'endpoint e' },
    ]
    const { made, depends } = lineageSides({ root, nodes, edges, isCut: false })
    expect(made.map(({ ref }) => ref)).toEqual(['rows@1', 'raw@1'])
    expect(depends.map(({ ref }) => ref)).toEqual(['m@1', 'e'])
  })
})
