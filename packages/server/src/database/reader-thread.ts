import { parentPort, workerData } from 'node:worker_threads'
import SqliteDatabase, { type Database, type Statement } from 'better-sqlite3'

export type ReaderThreadData = {
  readonly path: string
  /** Nobody waits any more for the request of this number, nor for those before it. */
  readonly unwanted: Int32Array
}
export type ReadRequest = {
  readonly id: number
  readonly queries: readonly { readonly sql: string; readonly parameters: readonly unknown[] }[]
}
export type ReadReply =
  | { readonly id: number; readonly rows: readonly (readonly unknown[])[] }
  | { readonly id: number; readonly error: unknown }

/** A function of SQL that stops a query which was given up, by failing. */
export const STILL_WANTED = 'still_wanted'

const MAX_STATEMENTS = 200
const CACHE_KIB = 32_768
const BUSY_TIMEOUT_MS = 5_000

if (parentPort !== null) serve(parentPort, workerData as ReaderThreadData)

function serve(port: NonNullable<typeof parentPort>, { path, unwanted }: ReaderThreadData): void {
  const sqlite = new SqliteDatabase(path, { readonly: true, timeout: BUSY_TIMEOUT_MS })
  sqlite.pragma(`cache_size = -${CACHE_KIB}`)
  let current = 0
  const assertWanted = (): number => {
    if (Atomics.load(unwanted, 0) >= current) throw new Error('Nobody waits for this query any more.')
    return 1
  }
  sqlite.function(STILL_WANTED, { deterministic: false }, assertWanted)
  const statements = new Map<string, Statement<unknown[]>>()
  const readAll = sqlite.transaction((queries: ReadRequest['queries']) =>
    queries.map(({ sql, parameters }) => {
      assertWanted()
      return prepare(sqlite, statements, sql).all(...parameters)
    }),
  )
  port.on('message', ({ id, queries }: ReadRequest) => {
    current = id
    port.postMessage(answer(id, () => readAll(queries)))
  })
}

function answer(id: number, read: () => readonly (readonly unknown[])[]): ReadReply {
  try {
    return { id, rows: read() }
  } catch (error) {
    return { id, error }
  }
}

/** Statements stay compiled, those that were used longest ago go first. */
function prepare(sqlite: Database, kept: Map<string, Statement<unknown[]>>, text: string): Statement<unknown[]> {
  const statement = kept.get(text) ?? sqlite.prepare<unknown[]>(text)
  kept.delete(text)
  kept.set(text, statement)
  if (kept.size > MAX_STATEMENTS) kept.delete(kept.keys().next().value ?? '')
  return statement
}
