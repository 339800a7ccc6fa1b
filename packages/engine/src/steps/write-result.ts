import { readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { StepResult } from '@regia/core'

/** Writes `result.json`, whole or not at all: it is the commit of an attempt. */
export async function writeResult(path: string, result: StepResult): Promise<void> {
  try {
    await write(path, result)
  } catch (error) {
    if (result.status === 'succeeded') throw error
    await removeMade(dirname(path))
    await write(path, result)
  }
}

async function write(path: string, result: StepResult): Promise<void> {
  await writeFile(`${path}.partial`, JSON.stringify(result))
  await rename(`${path}.partial`, path)
}

/** What a failed attempt made is of no use, and may be what fills the disk. */
async function removeMade(attemptDir: string): Promise<void> {
  const made = (await readdir(attemptDir)).filter((name) => name !== 'manifest.json')
  for (const name of made) await rm(join(attemptDir, name), { recursive: true, force: true })
}
