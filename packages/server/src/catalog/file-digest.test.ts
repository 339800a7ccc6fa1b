import { appendFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashFile } from '@regia/engine'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../database/open.ts'
import { FileDigests } from './file-digest.ts'

async function digests(settledMs?: number) {
  const folder = mkdtempSync(join(tmpdir(), 'regia-file-digest-'))
  const database = await openDatabase(join(folder, 'regia.db'), Date.now)
  onTestFinished(async () => {
    await database.destroy()
    rmSync(folder, { recursive: true, force: true })
  })
  const path = join(folder, 'file.csv')
  writeFileSync(path, 'a\n1\n')
  return { path, files: new FileDigests(database, Date.now, settledMs) }
}

const reading = async (path: string) => ({ digest: await hashFile(path) })

describe('FileDigests', () => {
  it('remembers a file that looks as it did, and forgets one that does not', async () => {
    const { path, files } = await digests(-1)
    const { digest } = await files.reading(path, () => reading(path))
    expect(await files.find(path)).toBe(digest)
    appendFileSync(path, '2\n')
    expect(await files.find(path)).toBeUndefined()
  })

  it('sees a change that leaves size and modification time as they were', async () => {
    const { path, files } = await digests(-1)
    const hourAgo = new Date(Date.now() - 3_600_000)
    utimesSync(path, hourAgo, hourAgo)
    await files.reading(path, () => reading(path))
    // The clock of a file system ticks only every few milliseconds.
    await expect
      .poll(async () => {
        writeFileSync(path, 'a\n2\n')
        utimesSync(path, hourAgo, hourAgo)
        return files.find(path)
      })
      .toBeUndefined()
  })

  it('trusts no file that was changed a moment ago', async () => {
    const { path, files } = await digests()
    await files.reading(path, () => reading(path))
    expect(await files.find(path)).toBeUndefined()
  })

  it('reads again what changed while it was read, and gives up on what never rests', async () => {
    const { path, files } = await digests()
    let reads = 0
    const once = await files.reading(path, async () => {
      const read = await reading(path)
      if (++reads === 1) appendFileSync(path, '2\n')
      return read
    })
    expect(reads).toBe(2)
    expect(once).toEqual(await reading(path))
    const restless = files.reading(path, async () => {
      appendFileSync(path, '3\n')
      return reading(path)
    })
    await expect(restless).rejects.toMatchObject({ code: 'CONFLICT', where: path })
  })
})
