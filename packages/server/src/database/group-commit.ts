import { setImmediate as nextTurn } from 'node:timers/promises'
import { sql, type Transaction } from 'kysely'
import type { Database, Tables } from './database.ts'

export type Write<Result> = (transaction: Transaction<Tables>) => Promise<Result>

type Waiting = { readonly write: Write<unknown>; readonly settle: (outcome: Outcome) => void }
type Outcome = { readonly value: unknown } | { readonly error: unknown }

/** Beyond this the transaction is committed, so that other users of the database get their turn. */
const GROUP_MS = 20
const GROUP_SIZE = 500

/**
 * Commits writes that come at the same time together: syncing the disk costs more than most of them. Those that arrived in one turn of the event
 * loop share a transaction, each with its own savepoint: one that fails leaves the others alone. A write is acknowledged, and refused, only
 * after the commit.
 */
export class GroupCommit {
  readonly #database: Database
  readonly #waiting: Waiting[] = []
  #isRunning = false

  constructor(database: Database) {
    this.#database = database
  }

  /** Inside `write` use only the transaction. What it remembers elsewhere it may remember only once this has resolved. */
  run<Result>(write: Write<Result>): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const settle = (outcome: Outcome) =>
        // The one cast: the outcome of a write is what the write made.
        'error' in outcome ? reject(outcome.error) : resolve(outcome.value as Result)
      this.#waiting.push({ write, settle })
      if (!this.#isRunning) void this.#work()
    })
  }

  async #work(): Promise<void> {
    this.#isRunning = true
    while (this.#waiting.length > 0) {
      await nextTurn()
      await this.#commitSome()
    }
    this.#isRunning = false
  }

  async #commitSome(): Promise<void> {
    const taken = this.#waiting.splice(0, GROUP_SIZE)
    const outcomes = await this.#database
      .transaction()
      .execute((transaction) => runSome(transaction, taken))
      .catch((error: unknown): readonly Outcome[] => taken.map(() => ({ error })))
    for (const [i, outcome] of outcomes.entries()) taken[i]?.settle(outcome)
    this.#waiting.unshift(...taken.slice(outcomes.length))
  }
}

/** The outcomes of those for which there was time. */
async function runSome(transaction: Transaction<Tables>, taken: readonly Waiting[]): Promise<readonly Outcome[]> {
  // One that is alone needs no savepoint: what it throws undoes the whole transaction.
  if (taken.length === 1 && taken[0]) return [{ value: await taken[0].write(transaction) }]
  const outcomes: Outcome[] = []
  const until = performance.now() + GROUP_MS
  for (const { write } of taken) {
    outcomes.push(await inSavepoint(transaction, write))
    if (performance.now() > until) break
  }
  return outcomes
}

async function inSavepoint(transaction: Transaction<Tables>, write: Write<unknown>): Promise<Outcome> {
  await sql`savepoint one_write`.execute(transaction)
  try {
    const value = await write(transaction)
    await sql`release one_write`.execute(transaction)
    return { value }
  } catch (error) {
    // Fails where the database has undone the whole transaction, as with a full disk: then nobody's write has happened.
    await sql`rollback to one_write`.execute(transaction)
    await sql`release one_write`.execute(transaction)
    return { error }
  }
}
