import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readSecret } from './read-secret.ts'

function places(variables: Readonly<Record<string, string>> = {}) {
  const projectDir = mkdtempSync(join(tmpdir(), 'regia-secrets-'))
  onTestFinished(() => rmSync(projectDir, { recursive: true, force: true }))
  return { variables, projectDir }
}

describe('readSecret', () => {
  it('reads a variable and a file without the line end', async () => {
    const found = places({ TOKEN: 'from-variable' })
    writeFileSync(join(found.projectDir, 'token.txt'), 'from-file\n')
    expect(await readSecret({ env: 'TOKEN' }, 'a test', found)).toBe('from-variable')
    expect(await readSecret({ file: 'token.txt' }, 'a test', found)).toBe('from-file')
  })

  it('names what is missing, and never what is there', async () => {
    const found = places({ TOKEN: ' ' })
    writeFileSync(join(found.projectDir, 'large.txt'), 'secret'.repeat(20_000))
    await expect(readSecret({ env: 'TOKEN' }, 'catalog entry "x"', found)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      where: 'TOKEN',
      message: 'The secret of catalog entry "x" is missing: there is nothing in the environment variable TOKEN.',
    })
    const large = await readSecret({ file: 'large.txt' }, 'it', found).catch((error: unknown) => JSON.stringify(error))
    expect(large).toContain('large.txt')
    expect(large).not.toContain('secretsecret')
    await expect(readSecret({ file: 'none.txt' }, 'it', found)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})
