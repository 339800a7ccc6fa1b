import { accessSync, constants } from 'node:fs'
import { dirname } from 'node:path'
import { type Clock, RegiaError, toIso } from '@regia/core'
import SqliteDatabase from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { makeFolder } from '../home/make-folder.ts'
import type { Database, Tables } from './database.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations.ts'
import { withStatementCache } from './statement-cache.ts'

const BUSY_TIMEOUT_MS = 1_000

/**
 * Opens the database file, makes it where it is absent, and brings its schema up to date.
 *
 * Acknowledged means committed: write-ahead log with `synchronous = FULL`.
 *
 * @param path - A file, or `:memory:`.
 * @throws RegiaError `HOME_NOT_WRITABLE`, `HOME_LOCKED`, or `CONFIG_INVALID` where the file is no database or of a newer Regia.
 */
export async function openDatabase(path: string, clock: Clock = Date.now): Promise<Database> {
  const sqlite = openSqlite(path)
  const database = new Kysely<unknown>({ dialect: new SqliteDialect({ database: withStatementCache(sqlite) }) })
  try {
    await migrate(database, MIGRATIONS, () => toIso(clock()))
    return database.withTables<Tables>()
  } catch (cause) {
    await database.destroy()
    throw explain(cause, path)
  }
}

function openSqlite(path: string): SqliteDatabase.Database {
  let sqlite: SqliteDatabase.Database | undefined
  try {
    assertWritable(path)
    sqlite = new SqliteDatabase(path, { timeout: BUSY_TIMEOUT_MS })
    sqlite.pragma('journal_mode = WAL')
    sqlite.pragma('synchronous = FULL')
    sqlite.pragma('foreign_keys = ON')
    return sqlite
  } catch (cause) {
    sqlite?.close()
    throw explain(cause, path)
  }
}

/** SQLite opens a file without write permission read-only and fails much later; ask first. */
function assertWritable(path: string): void {
  if (path === ':memory:') return
  makeFolder(dirname(path))
  accessSync(dirname(path), constants.W_OK)
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** The errors of SQLite and the file system in words that say what to do. */
function explain(cause: unknown, path: string): unknown {
  if (cause instanceof RegiaError) return cause
  const code = codeOf(cause)
  const details = { cause, where: path }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new RegiaError('HOME_LOCKED', 'Another process is writing the database.', {
      ...details,
      hint: 'Stop the other Regia of this folder, or use another folder through REGIA_HOME.',
    })
  }
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return new RegiaError('CONFIG_INVALID', 'The database file is damaged or is no SQLite database.', {
      ...details,
      hint: 'Bring back a copy of the folder, or move the file away to begin afresh; blobs and prediction log stay.',
    })
  }
  if (/^(EACCES|EPERM|EROFS|ENOSPC|ENOTDIR|EEXIST|SQLITE_(READONLY|CANTOPEN|FULL|IOERR|PERM))/.test(code)) {
    return new RegiaError('HOME_NOT_WRITABLE', `The database cannot be written (${code}).`, {
      ...details,
      hint: 'Make the folder writable and leave room on its disk, or use another folder through REGIA_HOME.',
    })
  }
  return cause
}
