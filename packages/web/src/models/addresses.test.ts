import { describe, expect, it } from 'vitest'
import { modelPath, modelRef } from './addresses.ts'

describe('addresses of models', () => {
  it('are commands that a shell leaves as they are', () => {
    expect(modelRef('penguins', 2)).toBe('penguins@2')
    expect(modelRef("a/b Größe's & $HOME", 'champion')).toBe("'a/b Größe'\\''s & $HOME@champion'")
  })

  it('are calls whose names stay one part', () => {
    expect(modelPath('a/b c', 'versions', 3)).toBe('/api/v1/models/a%2Fb%20c/versions/3')
  })
})
