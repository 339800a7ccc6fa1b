import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { changedFiles } from './watch-files.ts'

async function watched(isIgnored?: (path: string) => boolean) {
  const dir = mkdtempSync(join(tmpdir(), 'regia-watch-'))
  const stop = new AbortController()
  onTestFinished(() => {
    stop.abort()
    rmSync(dir, { recursive: true, force: true })
  })
  const at = (path: string) => join(dir, path)
  await mkdir(at('src/deep'), { recursive: true })
  await mkdir(at('node_modules/x'), { recursive: true })
  await writeFile(at('src/a.ts'), 'a')
  await writeFile(at('src/deep/b.ts'), 'b')
  const changes = changedFiles({ dir, signal: stop.signal, ...(isIgnored && { isIgnored }) })
  const ask = async () => (await changes.next()).value
  // Watching begins with the first question; a file that comes again and again shows when it has begun.
  const began = ask()
  let count = 0
  const timer = setInterval(() => void writeFile(at('began'), String(count++)), 50)
  await began
  clearInterval(timer)
  /** What was saved, but for that file. */
  const next = async (): Promise<readonly string[] | undefined> => {
    for (let changed = await ask(); ; changed = await ask()) {
      const others = changed?.filter((path) => path !== 'began')
      if (others?.length !== 0) return others
    }
  }
  return { at, next, stop }
}

describe('changedFiles', { timeout: 45_000 }, () => {
  it('names what was saved with another content, once', async () => {
    const { at, next } = await watched()
    await utimes(at('src/a.ts'), new Date(), new Date())
    await writeFile(at('src/deep/b.ts'), 'b')
    await writeFile(at('node_modules/x/index.js'), 'x')
    await writeFile(at('src/deep/b.ts'), 'changed')
    await writeFile(at('src/a.ts'), 'changed')
    expect(await next()).toEqual(['src/a.ts', 'src/deep/b.ts'])
    await writeFile(at('src/a.ts~'), 'saved as editors do')
    await rename(at('src/a.ts~'), at('src/a.ts'))
    expect(await next()).toEqual(['src/a.ts'])
  })

  it('sees new folders, what stands in them, and what goes', async () => {
    const { at, next } = await watched()
    await mkdir(at('src/new/inner'), { recursive: true })
    await writeFile(at('src/new/inner/c.ts'), 'c')
    expect(await next()).toEqual(['src/new/inner/c.ts'])
    await writeFile(at('src/new/inner/c.ts'), 'again')
    expect(await next()).toEqual(['src/new/inner/c.ts'])
    await rm(at('src/a.ts'))
    expect(await next()).toEqual(['src/a.ts'])
  })

  it('passes over what it is told to, and ends with its signal', async () => {
    const { at, next, stop } = await watched((path) => path === 'out.json')
    await writeFile(at('out.json'), '1')
    await writeFile(at('src/a.ts'), 'changed')
    expect(await next()).toEqual(['src/a.ts'])
    const last = next()
    stop.abort()
    expect(await last).toBeUndefined()
  })
})
