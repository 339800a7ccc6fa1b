import SqliteDatabase from 'better-sqlite3'

/** A lock that the operating system holds for this process, and so ends with it, however it ends. */
export type HeldLock = { readonly isHeld: () => boolean; readonly letGo: () => void }

/** Takes the lock of a file, which it makes where it is absent. `undefined` when another process holds it. @throws what the file system says. */
export function holdLock(path: string): HeldLock | undefined {
  let lock: SqliteDatabase.Database | undefined
  try {
    const held = new SqliteDatabase(path, { timeout: 0 })
    lock = held
    held.exec('begin exclusive')
    return { isHeld: () => held.open, letGo: () => void held.close() }
  } catch (error) {
    lock?.close()
    if (error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY') return undefined
    throw error
  }
}
