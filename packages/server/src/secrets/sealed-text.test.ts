import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createSealer } from './sealed-text.ts'

function folder(): string {
  const home = mkdtempSync(join(tmpdir(), 'regia-sealed-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  return home
}

describe('a sealed text', () => {
  it('opens for its owner, after a restart too, and looks different each time', () => {
    const home = folder()
    const [first, second] = ['a', 'b'].map(() => createSealer(home).seal('very secret ü', 'webhook "x"'))
    expect(first).not.toBe(second)
    expect(Buffer.from(first ?? '', 'base64url').toString('latin1')).not.toContain('secret')
    expect(createSealer(home).open(first ?? '', 'webhook "x"')).toBe('very secret ü')
    expect(statSync(join(home, 'secrets.key')).mode & 0o777).toBe(0o600)
  })

  it('opens for no other owner, in no other home, and not once it was changed', () => {
    const [home, other] = [folder(), folder()]
    const sealer = createSealer(home)
    const sealed = sealer.seal('very secret', 'x')
    createSealer(other).seal('something', 'x')
    const changed = `${sealed.startsWith('A') ? 'B' : 'A'}${sealed.slice(1)}`
    for (const open of [
      () => sealer.open(sealed, 'y'),
      () => sealer.open(changed, 'x'),
      () => sealer.open('', 'x'),
      () => createSealer(other).open(sealed, 'x'),
      () => createSealer(folder()).open(sealed, 'x'),
    ])
      expect(open).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.not.stringContaining('very') }),
      )
  })

  it('never replaces a key that is there', () => {
    const home = folder()
    writeFileSync(join(home, 'secrets.key'), 'too short')
    expect(() => createSealer(home).seal('a', 'x')).toThrow(/cannot be written/)
    expect(readFileSync(join(home, 'secrets.key'), 'utf8')).toBe('too short')
  })
})
