import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { RegiaError } from '@regia/core'
import { type CompiledQuery, type RawBuilder, sql } from 'kysely'
import type { Database } from './database.ts'
import { type ReaderThreadData, type ReadReply, type ReadRequest, STILL_WANTED } from './reader-thread.ts'

export type ReaderOptions = {
  readonly database: Database
  /** A read that takes longer is given up. */
  readonly timeoutMs?: number
  /** The thread ends when nobody has asked for so long. */
  readonly idleMs?: number
}

type Waiting = {
  readonly resolve: (rows: readonly (readonly unknown[])[]) => void
  readonly reject: (error: unknown) => void
  readonly timer: NodeJS.Timeout
}
type Thread = { readonly worker: Worker; readonly unwanted: Int32Array; readonly waiting: Map<number, Waiting> }

const TIMEOUT_MS = 30_000
const IDLE_MS = 60_000
const MAX_ID = 2 ** 31 - 1

/**
 * Reads that may be heavy, in a thread with a connection of its own, so that they hold up neither writes nor predictions. The thread starts with the first
 * read. A write that was acknowledged before a read began is seen by it.
 */
export class Reader {
  readonly #database: Database
  readonly #timeoutMs: number
  readonly #idleMs: number
  /** Known from the first read on. */
  #path: Promise<string> | undefined
  #thread: Thread | undefined
  #idle: NodeJS.Timeout | undefined
  #lastId = 0

  constructor({ database, timeoutMs = TIMEOUT_MS, idleMs = IDLE_MS }: ReaderOptions) {
    this.#database = database
    this.#timeoutMs = timeoutMs
    this.#idleMs = idleMs
  }

  /** @throws RegiaError `TIMEOUT`. */
  async read<Row>(query: RawBuilder<Row>): Promise<readonly Row[]> {
    const [rows] = await this.readAll([query])
    return rows ?? []
  }

  /** The rows of each query, all as of one moment. @throws RegiaError `TIMEOUT`. */
  async readAll<Row>(queries: readonly RawBuilder<Row>[]): Promise<readonly (readonly Row[])[]> {
    if (queries.length === 0) return []
    const path = await this.#knownPath()
    const compiled = queries.map((query) => query.compile(this.#database))
    const rows =
      path === ''
        ? await readHere(this.#database, compiled)
        : await this.#ask(
            path,
            compiled.map(({ sql: text, parameters }) => ({ sql: text, parameters })),
          )
    // The one cast: rows are what their query makes.
    return rows as readonly (readonly Row[])[]
  }

  /**
   * A condition that is always true, and through which a read that nobody waits for any more is stopped. Put it where many rows are looked at.
   *
   * @param number - A whole number that differs from row to row: it is asked about at one in 1,024.
   */
  guard(number: RawBuilder<unknown>): RawBuilder<boolean> {
    return sql<boolean>`(${number} & 1023 or ${sql.raw(`${STILL_WANTED}()`)})`
  }

  async close(): Promise<void> {
    await this.#end(new RegiaError('UNAVAILABLE', 'The server stops.', { hint: 'Ask again once it is up.' }))
  }

  #knownPath(): Promise<string> {
    this.#path ??= findPath(this.#database).catch((error: unknown) => {
      this.#path = undefined
      throw error
    })
    return this.#path
  }

  #ask(path: string, queries: ReadRequest['queries']): Promise<readonly (readonly unknown[])[]> {
    clearTimeout(this.#idle)
    this.#thread ??= this.#start(path)
    const { worker, waiting } = this.#thread
    worker.ref()
    this.#lastId = (this.#lastId % MAX_ID) + 1
    const id = this.#lastId
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#giveUp(id), this.#timeoutMs)
      waiting.set(id, { resolve, reject, timer })
      worker.postMessage({ id, queries } satisfies ReadRequest)
    })
  }

  #start(path: string): Thread {
    const unwanted = new Int32Array(new SharedArrayBuffer(4))
    const worker = startThread({ path, unwanted })
    const thread: Thread = { worker, unwanted, waiting: new Map() }
    worker.on('message', (reply: ReadReply) => this.#settle(thread, reply))
    worker.on('error', (cause) => this.#lose(thread, lost(cause)))
    worker.on('exit', () => this.#lose(thread, lost('it ended')))
    return thread
  }

  #settle(thread: Thread, reply: ReadReply): void {
    const asked = thread.waiting.get(reply.id)
    if (!asked) return
    thread.waiting.delete(reply.id)
    clearTimeout(asked.timer)
    if ('rows' in reply) asked.resolve(reply.rows)
    else asked.reject(reply.error)
    if (thread.waiting.size > 0 || this.#thread !== thread) return
    thread.worker.unref()
    this.#idle = setTimeout(() => void this.#end(lost('it was idle')), this.#idleMs).unref()
  }

  /** The thread may not have come to it yet; those that were asked before it have been given up already. */
  #giveUp(id: number): void {
    const thread = this.#thread
    const asked = thread?.waiting.get(id)
    if (!thread || !asked) return
    thread.waiting.delete(id)
    Atomics.store(thread.unwanted, 0, id)
    asked.reject(
      new RegiaError('TIMEOUT', `The search took longer than ${this.#timeoutMs / 1000} s.`, {
        hint: 'Ask for less: fewer experiments, a narrower filter, or an order that has an index (a metric, a param, the start).',
      }),
    )
  }

  #lose(thread: Thread, error: RegiaError): void {
    if (this.#thread === thread) this.#thread = undefined
    for (const { reject, timer } of thread.waiting.values()) {
      clearTimeout(timer)
      reject(error)
    }
    thread.waiting.clear()
  }

  async #end(error: RegiaError): Promise<void> {
    clearTimeout(this.#idle)
    const thread = this.#thread
    if (!thread) return
    this.#lose(thread, error)
    await thread.worker.terminate()
  }
}

/** The database's file; empty for one in memory, which cannot be opened a second time and is read where it is. */
async function findPath(database: Database): Promise<string> {
  const { rows } = await sql<{ file: string }>`select file from pragma_database_list where name = 'main'`.execute(
    database,
  )
  return rows[0]?.file ?? ''
}

async function readHere(
  database: Database,
  queries: readonly CompiledQuery[],
): Promise<readonly (readonly unknown[])[]> {
  const results: (readonly unknown[])[] = []
  for (const query of queries) {
    const text = query.sql.replaceAll(`${STILL_WANTED}()`, 'true')
    results.push((await database.executeQuery({ ...query, sql: text })).rows)
  }
  return results
}

/** Runs the sibling file of the same kind: compiled beside compiled, source beside source (as tests do). */
function startThread(workerData: ReaderThreadData): Worker {
  const ending = extname(fileURLToPath(import.meta.url))
  const url = new URL(`./reader-thread${ending}`, import.meta.url)
  return new Worker(url, { workerData, execArgv: ending === '.ts' ? ['--conditions=source'] : [] })
}

const lost = (cause: unknown): RegiaError =>
  new RegiaError('UNAVAILABLE', `The thread that reads the database ended: ${String(cause)}.`, {
    hint: 'Try again.',
    cause,
  })
