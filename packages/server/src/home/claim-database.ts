import { dirname } from 'node:path'
import { RegiaError } from '@regia/core'
import { holdLock } from './hold-lock.ts'
import { makeFolder } from './make-folder.ts'

/**
 * Makes this process the owner of a database that stands outside of its home: two homes could name the same one, and it has one writer.
 *
 * @returns What lets go of it.
 * @throws RegiaError `HOME_LOCKED`, `HOME_NOT_WRITABLE`.
 */
export function claimDatabase(path: string): () => void {
  const lock = takeLock(path)
  if (lock) return lock.letGo
  throw new RegiaError('HOME_LOCKED', 'The database already has an owner: a Regia with another home.', {
    where: path,
    hint: 'Give each environment that runs at the same time a database of its own, or stop the other server.',
  })
}

function takeLock(path: string) {
  try {
    makeFolder(dirname(path))
    return holdLock(`${path}-owner`)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new RegiaError('HOME_NOT_WRITABLE', `The folder of the database cannot be written: ${why}.`, {
      cause,
      where: path,
      hint: 'Make it writable, or choose another path in the stack.',
    })
  }
}
