import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it, one after the other. Node's recursive `mkdir` never ends in places such as `/proc`, where a folder
 * whose parent is there cannot be made and is said not to exist.
 *
 * @throws what the file system says of the first folder that cannot be made.
 */
export function makeFolder(path: string): void {
  const missing: string[] = []
  for (let folder = path; statSync(folder, { throwIfNoEntry: false }) === undefined; folder = dirname(folder)) {
    missing.unshift(folder)
  }
  for (const folder of missing) makeOne(folder)
}

/** Another process may be faster. */
function makeOne(folder: string): void {
  try {
    mkdirSync(folder)
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    if (!isThere) throw error
  }
}
