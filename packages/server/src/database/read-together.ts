import type { Connection, Database } from './database.ts'

/** Several reads between which nobody writes, so that what they find fits together. Use only the connection that is given. */
export const readTogether = <Result>(
  database: Database,
  read: (connection: Connection) => Promise<Result>,
): Promise<Result> => database.connection().execute(read)
