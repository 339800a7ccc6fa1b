import { describe, expect, it } from 'vitest'
import { type PaletteItem, rankItems } from './palette-items.ts'

const items: readonly PaletteItem[] = ['delays #42', 'penguins', 'Roll delays back to v2', 'Models'].map((title) => ({
  kind: 'page',
  title,
  href: '/',
}))
const titles = (text: string) => rankItems(items, text).map(({ title }) => title)

describe('rankItems', () => {
  it('puts what begins with the text first', () => expect(titles('del')[0]).toBe('delays #42'))
  it('finds words inside, and letters in their order', () => {
    expect(titles('back')).toEqual(['Roll delays back to v2'])
    expect(titles('pgn')).toEqual(['penguins'])
  })
  it('finds nothing rather than anything', () => expect(titles('xyz')).toEqual([]))
  it('shows all while nothing is typed', () => expect(titles('  ')).toHaveLength(4))
})
