import { describe, expect, it } from 'vitest'
import { fakeRun } from './fake-run.ts'
import { treeRows } from './tree-rows.ts'

const parent = fakeRun({ id: 'p', childCount: 2 })
const children = new Map([
  ['p', [fakeRun({ id: 'a', childCount: 1 }), fakeRun({ id: 'b' })]],
  ['a', [fakeRun({ id: 'c' })]],
])
const shown = (rows: ReturnType<typeof treeRows>) => rows.map(({ run, depth }) => `${run.id}${depth}`)

describe('rows of a tree', () => {
  it('stand under their parents as far as these are open', () => {
    expect(shown(treeRows([parent, fakeRun({ id: 'q' })], children, true))).toEqual(['p0', 'a1', 'c2', 'b1', 'q0'])
    expect(shown(treeRows([parent], new Map(), true))).toEqual(['p0'])
  })

  it('stand side by side where the table is flat', () => {
    expect(treeRows([parent], children, false)).toMatchObject([{ depth: 0, hasChildren: false, isOpen: false }])
  })

  it('end where a run would be its own parent', () => {
    expect(treeRows([parent], new Map([['p', [parent]]]), true).length).toBeLessThan(12)
  })
})
