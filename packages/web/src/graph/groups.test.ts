import { describe, expect, it } from 'vitest'
import { generatedGraph } from './generated-graph.ts'
import { buildGraph } from './graph-model.ts'
import { closedGroups, closeGroups, groupsOf, nameInGroup, pathsOf } from './groups.ts'

describe('groups', () => {
  it('stand inside each other by their paths', () => {
    expect(pathsOf('prepare.clean')).toEqual(['prepare', 'prepare.clean'])
    expect(pathsOf(undefined)).toEqual([])
    expect(nameInGroup('prepare.clean.drop', 'prepare.clean')).toBe('drop')
  })
  it('are drawn as one node each when closed, with the edges that cross their border', () => {
    const graph = generatedGraph(60, { width: 2, isGrouped: true })
    expect(groupsOf(graph)).toEqual(['part-0', 'part-1', 'part-2'])
    const { nodes, edges } = closeGroups(buildGraph(graph, []), new Set(groupsOf(graph)))
    expect(nodes.map(({ id }) => id)).toEqual(['group:part-0', 'group:part-1', 'group:part-2'])
    expect(edges.map(({ id }) => id)).toEqual(['group:part-0→group:part-1', 'group:part-1→group:part-2'])
    expect(nodes.map((node) => node.kind === 'group' && node.members.length)).toEqual([20, 20, 20])
  })
  it('leave the rest as it is when one of them is closed', () => {
    const graph = generatedGraph(60, { width: 2, isGrouped: true })
    const { nodes, edges } = closeGroups(buildGraph(graph, []), new Set(['part-1']))
    expect(nodes).toHaveLength(41)
    expect(edges.filter(({ target }) => target === 'group:part-1').map(({ source }) => source)).toEqual([
      'part-0.step-18',
      'part-0.step-19',
    ])
  })
  it('begin open in a small graph and closed in a large one; turning one turns it', () => {
    const small = generatedGraph(40, { width: 2, isGrouped: true })
    expect([...closedGroups(small, [])]).toEqual([])
    expect([...closedGroups(small, ['part-1'])]).toEqual(['part-1'])
    const large = generatedGraph(80, { width: 2, isGrouped: true })
    expect([...closedGroups(large, ['part-1'])]).toEqual(['part-0', 'part-2', 'part-3'])
  })
})
