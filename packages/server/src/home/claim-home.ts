import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { RegiaError } from '@regia/core'
import { type HeldLock, holdLock } from './hold-lock.ts'
import { makeFolder } from './make-folder.ts'
import { readServerFile, removeServerFile, type ServerFile, writeServerFile } from './server-file.ts'

export type HomeClaim = {
  readonly home: string
  /** Writes where the owner listens. */
  readonly announce: (server: ServerFile) => void
  /** Removes the announcement and lets others own the folder. */
  readonly release: () => void
}

/**
 * Makes this process the owner of a folder, which it makes where it is absent.
 *
 * The lock is one that the operating system holds for the process (SQLite's exclusive lock on `lock.db`), so it ends with the process,
 * however that ends, and no stale file or reused process id can stand in the way.
 *
 * @throws RegiaError `HOME_LOCKED` naming the owner, `HOME_NOT_WRITABLE`.
 */
export function claimHome(home: string): HomeClaim {
  const lock = acquireLock(home)
  if (lock === undefined) throw locked(home)
  removeServerFile(home)
  return {
    home,
    announce: (server) => writeServerFile(home, server),
    release: () => {
      if (!lock.isHeld()) return
      removeServerFile(home)
      lock.letGo()
    },
  }
}

/** The live owner of a folder, if there is one that listens. A file that a killed owner left is passed over. */
export function findOwner(home: string): ServerFile | undefined {
  const file = readServerFile(home)
  if (file === undefined) return undefined
  const lock = acquireLock(home)
  lock?.letGo()
  return lock === undefined ? file : undefined
}

/** `undefined` when another owner holds it. */
function acquireLock(home: string): HeldLock | undefined {
  try {
    makeFolder(home)
    accessSync(home, constants.R_OK | constants.W_OK | constants.X_OK)
    return holdLock(join(home, 'lock.db'))
  } catch (cause) {
    throw new RegiaError('HOME_NOT_WRITABLE', `The folder cannot be written: ${messageOf(cause)}.`, {
      cause,
      where: home,
      hint: 'Make it writable and leave room on its disk, or choose another folder with REGIA_HOME.',
    })
  }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

function locked(home: string): RegiaError {
  const owner = readServerFile(home)
  const who = owner ? `Regia at ${owner.url} (process ${owner.pid})` : 'a Regia that is just starting'
  return new RegiaError('HOME_LOCKED', `The folder already has an owner: ${who}.`, {
    where: home,
    hint: owner
      ? `Use the one at ${owner.url}, stop it, or choose another folder with REGIA_HOME.`
      : 'Try again in a moment, or choose another folder with REGIA_HOME.',
    ...(owner && { data: { url: owner.url, pid: owner.pid } }),
  })
}
