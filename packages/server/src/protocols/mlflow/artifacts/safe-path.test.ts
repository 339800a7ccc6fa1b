import { describe, expect, it } from 'vitest'
import { safeFile, safePath } from './safe-path.ts'

const encoded = (text: string, rounds: number): string => {
  let result = text
  for (let i = 0; i < rounds; i++) result = encodeURIComponent(result).replaceAll('.', '%2E')
  return result
}

describe('safePath', () => {
  it.each([
    ['a/b.txt', 'a/b.txt'],
    ['a//b/./c/', 'a/b/c'],
    ['./', ''],
    ['größe 1.txt', 'größe 1.txt'],
    ['a%20b', 'a b'],
    ['a%2520b', 'a b'],
    ['100%.txt', '100%.txt'],
    ['100%zz', '100%zz'],
    ['%E4', '%E4'],
    ['a..b/...', 'a..b/...'],
    ['w:0.npy', 'w:0.npy'],
    ['x/w:0.npy', 'x/w:0.npy'],
  ])('reads %s as %s', (written, path) => {
    expect(safePath(written)).toBe(path)
  })

  it('refuses what leads elsewhere, encoded up to ten times', () => {
    for (const path of ['../x', 'a/../b', '..', '/x', 'a\\b', 'a#b', 'a\0b', 'C:/x', 'a/c:/x', 'file:/x', '\ud800'])
      for (const rounds of path === '\ud800' ? [0] : [0, 1, 2, 5, 10])
        expect(() => safePath(encoded(path, rounds)), `${path}, ${rounds} times`).toThrow('Invalid path')
  })

  it('refuses what is encoded more often', () => {
    expect(() => safePath(encoded('a b', 11))).toThrow('Invalid path')
  })
})

describe('safeFile', () => {
  it('refuses what names no file', () => {
    for (const path of ['', '.', './', 'a/', '//']) expect(() => safeFile(path), path).toThrow('Invalid path')
    expect(safeFile('a')).toBe('a')
  })
})
