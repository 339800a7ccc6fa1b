import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

const DAY_MS = 86_400_000

/**
 * Removes what a crash left among temporary files: whatever in the folder nobody has changed for a day. What is in use is younger.
 *
 * @param now - Milliseconds since 1970.
 * @returns How many entries went. A folder that is not there, and an entry that cannot be removed, is passed over.
 */
export async function sweepOld(folder: string, now: number): Promise<number> {
  const names = await readdir(folder).catch(() => [])
  let count = 0
  for (const name of names) {
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (!found || now - found.mtimeMs <= DAY_MS) continue
    const isGone = await rm(path, { recursive: true, force: true }).then(
      () => true,
      () => false,
    )
    if (isGone) count++
  }
  return count
}
