import type { Database, Statement } from 'better-sqlite3'
import type { SqliteDatabase } from 'kysely'

/** Statements that stay compiled: those of a busy server are a few hundred. */
const MAX_STATEMENTS = 500
/** Inserts of many rows are long, and seldom the same twice. */
const MAX_TEXT_LENGTH = 4_000

/**
 * A database that compiles each statement once: compiling costs as much as running most of them. SQLite compiles one again by itself when the
 * schema changes. Not for queries that are read row by row while others run: each text has one statement.
 */
export function withStatementCache(sqlite: Database): SqliteDatabase {
  const kept = new Map<string, Statement>()
  const prepare = (text: string): Statement => {
    if (text.length > MAX_TEXT_LENGTH) return sqlite.prepare(text)
    const statement = kept.get(text) ?? sqlite.prepare(text)
    // The one that was used longest ago goes first.
    kept.delete(text)
    kept.set(text, statement)
    if (kept.size > MAX_STATEMENTS) kept.delete(kept.keys().next().value ?? '')
    return statement
  }
  return { prepare, close: () => sqlite.close() }
}
