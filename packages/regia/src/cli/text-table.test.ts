import { describe, expect, it } from 'vitest'
import { createStyle, visibleWidth } from './terminal.ts'
import { textTable } from './text-table.ts'

const plain = createStyle(false)
const rows = [
  { name: 'penguins', count: 344, note: 'three species of the Palmer Archipelago' },
  { name: 'p', count: 1, note: '' },
]
const columns = [
  { title: 'name', value: (row: (typeof rows)[number]) => row.name },
  { title: 'count', value: (row: (typeof rows)[number]) => String(row.count), align: 'right' as const },
  { title: 'note', value: (row: (typeof rows)[number]) => row.note, shrinks: true as const },
]

describe('textTable', () => {
  it('aligns columns', () => {
    expect(textTable(rows, columns, 80, plain)).toMatchInlineSnapshot(`
      "name      count  note
      penguins    344  three species of the Palmer Archipelago
      p             1"
    `)
  })

  it('cuts what may shrink until each line fits the terminal', () => {
    const lines = textTable(rows, columns, 36, plain).split('\n')
    expect(lines[1]).toBe('penguins    344  three species of t…')
    expect(Math.max(...lines.map(visibleWidth))).toBeLessThanOrEqual(36)
  })

  it('does not count colours as columns', () => {
    const style = createStyle(true)
    const coloured = [
      { title: 'name', value: () => style.red('red') },
      { title: 'next', value: () => 'x' },
    ]
    expect(visibleWidth(textTable([{}], coloured, 80, style).split('\n')[1]!)).toBe('red   x'.length)
  })

  it('keeps a cell on its line', () => {
    expect(textTable([{}], [{ title: 'a', value: () => 'two\nlines' }], 80, plain)).toBe('a\ntwo lines')
  })
})
