import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { folderBlobStore, sweepOld } from './index.ts'

const TWO_DAYS_AGO = new Date(Date.now() - 2 * 86_400_000)

function folderWithRests(): string {
  const folder = mkdtempSync(join(tmpdir(), 'regia-sweep-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const rests = join(folder, 'tmp')
  mkdirSync(join(rests, 'old-folder', 'deep'), { recursive: true })
  for (const name of ['old', 'young']) writeFileSync(join(rests, name), name)
  for (const name of ['old', 'old-folder']) utimesSync(join(rests, name), TWO_DAYS_AGO, TWO_DAYS_AGO)
  return folder
}

describe('sweepOld', () => {
  it('removes what is older than a day, folders with what is in them', async () => {
    const folder = folderWithRests()
    expect(await sweepOld(join(folder, 'tmp'), Date.now())).toBe(2)
    expect(readdirSync(join(folder, 'tmp'))).toEqual(['young'])
    expect(await sweepOld(join(folder, 'nowhere'), Date.now())).toBe(0)
  })

  it('is done by a blob store that opens', async () => {
    const folder = folderWithRests()
    folderBlobStore(folder)
    await expect.poll(() => readdirSync(join(folder, 'tmp')), { timeout: 45_000 }).toEqual(['young'])
  })
})
