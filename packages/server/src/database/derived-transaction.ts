import { sql } from 'kysely'
import type { Connection, Database } from './database.ts'

/**
 * A transaction of what can be made again from elsewhere. The disk is not waited for, which holds up the thread for as long as hundreds of
 * predictions take: the death of the process loses nothing, a power cut perhaps the last of these transactions, whole.
 */
export function derivedTransaction(database: Database, work: (connection: Connection) => Promise<void>): Promise<void> {
  return database.connection().execute(async (connection) => {
    await sql`PRAGMA synchronous = NORMAL`.execute(connection)
    try {
      await connection.transaction().execute(work)
    } finally {
      await sql`PRAGMA synchronous = FULL`.execute(connection)
    }
  })
}
