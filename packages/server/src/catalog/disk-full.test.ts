import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CatalogEntry } from '@regia/core'
import { afterAll, describe, expect, it } from 'vitest'
import { deploy, graph, step } from '../../test/graphs.ts'
import { startServer } from '../../test/start-server.ts'

/** Mounts a disk of one megabyte. @returns Whether that is allowed here. */
function mountSmall(dir: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', dir], { stdio: 'ignore' })
    mounted.push(dir)
    return true
  } catch {
    return false
  }
}

const mounted: string[] = []
const unmount = () => {
  for (const dir of mounted.splice(0)) execFileSync('umount', ['-l', dir])
}
afterAll(unmount)

const mayMount = mountSmall(mkdtempSync(join(tmpdir(), 'regia-mount-')))
unmount()

describe('a save step whose disk is full', () => {
  it.runIf(mayMount)('fails with a remedy and leaves the old file whole and nothing beside it', async () => {
    const test = await startServer()
    const out = join(test.projectDir, 'out')
    mkdirSync(out)
    mountSmall(out)
    writeFileSync(join(out, 'rows.txt'), 'as it was')
    writeFileSync(join(test.projectDir, 'large.txt'), 'a'.repeat(3_000_000))
    const entry = (path: string): CatalogEntry => ({ kind: 'file', path })
    const save = step('keep', {
      kind: 'save',
      save: 'out',
      inputs: { x: { from: 'catalog', name: 'large' } },
      inputTypes: { x: { kind: 'file' } },
    })
    const catalog = { large: entry('large.txt'), out: entry('out/rows.txt') }
    await deploy(test.client, { ...graph('full', [save]), catalog }, 'export {}', test.projectDir)
    const { id } = await test.client.pipelines.run('full')
    await expect.poll(async () => (await test.client.runs.get(id)).status, { timeout: 45_000 }).toBe('failed')
    const [kept] = (await test.client.runs.get(id)).steps
    expect(kept!.error).toMatchObject({
      code: 'HOME_NOT_WRITABLE',
      message: expect.stringContaining('"out/rows.txt" cannot be written (ENOSPC)'),
      hint: expect.stringContaining('What was there before is unchanged'),
    })
    expect(readdirSync(out)).toEqual(['rows.txt'])
    expect(readFileSync(join(out, 'rows.txt'), 'utf8')).toBe('as it was')
    await test.server.close()
    unmount()
  })
})
