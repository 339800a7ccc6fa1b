import type { ArtifactTree } from '@regia/core'
import { sql, type Transaction } from 'kysely'
import type { Tables } from '../../database/database.ts'
import type { TrackingDeps } from '../tracking-deps.ts'
import { findOld, type Needed, type Old } from './find-old.ts'
import { forgetExperiment, forgetModel, forgetRun } from './forget.ts'

type Tx = Transaction<Tables>

export type PurgeDeps = Pick<TrackingDeps, 'database' | 'commits' | 'clock' | 'publish'> & {
  readonly files: Pick<ArtifactTree, 'delete'>
  /** @param until - Milliseconds since 1970: what was deleted up to then is about to go, and needs nothing. */
  readonly needed: (until: number) => Promise<Needed>
}
export type PurgeRequest = { readonly olderThanMs: number; readonly isDryRun: boolean }
export type PurgedTracking = { readonly experiments: number; readonly runs: number; readonly loggedModels: number }

/** What is taken away in one transaction: others wait for a few milliseconds at most. */
const POINTS_AT_ONCE = 2_000
const ROWS_AT_ONCE = 20
/** Artifacts that a run left, and points, by thousands: they go once nobody can find them any more. */
const REMAINS_AT_ONCE = 100

/**
 * Takes away for good what was deleted long ago. It may be cut short at any point: something is whole, or gone with word of what is left of it,
 * which the next purge takes away first.
 */
export class TrackingPurge {
  readonly #deps: PurgeDeps

  constructor(deps: PurgeDeps) {
    this.#deps = deps
  }

  async run({ olderThanMs, isDryRun }: PurgeRequest): Promise<PurgedTracking> {
    const { database, clock, needed } = this.#deps
    const until = clock() - olderThanMs
    const old = await findOld(database, until, await needed(until))
    if (isDryRun) return countsOf(old)
    const purged = await this.#forget(old, until)
    await this.#clear()
    return purged
  }

  async #forget(old: Old, until: number): Promise<PurgedTracking> {
    const { publish } = this.#deps
    const runs = await this.#each(old.runs, (transaction, run) => forgetRun(transaction, run, until))
    const going = new Set(old.experiments)
    const models = await this.#each(old.loggedModels, async (transaction, model) => {
      // An experiment that was restored meanwhile keeps its models.
      if (going.has(model.experimentId) && !(await isOld(transaction, model.experimentId, until))) return false
      await forgetModel(transaction, model)
      return true
    })
    const experiments = await this.#each(old.experiments, (transaction, id) => forgetExperiment(transaction, id, until))
    for (const id of new Set([...old.runs.map(({ experimentId }) => experimentId), ...going])) {
      publish('experiment', String(id))
    }
    return { experiments, runs, loggedModels: models }
  }

  /** How many of them went. Each is a write of its own, so that nobody waits long. */
  async #each<Item>(
    items: readonly Item[],
    forget: (transaction: Tx, item: Item) => Promise<boolean>,
  ): Promise<number> {
    let count = 0
    for (let start = 0; start < items.length; start += ROWS_AT_ONCE) {
      const some = items.slice(start, start + ROWS_AT_ONCE)
      const gone = await Promise.all(
        some.map((item) => this.#deps.commits.run((transaction) => forget(transaction, item))),
      )
      count += gone.filter(Boolean).length
    }
    return count
  }

  async #clear(): Promise<void> {
    const { database, commits, files } = this.#deps
    for (;;) {
      const remains = await database
        .selectFrom('purged_remains')
        .selectAll()
        .orderBy('id')
        .limit(REMAINS_AT_ONCE)
        .execute()
      if (remains.length === 0) return
      for (const { id, run_seq, folder } of remains) {
        if (run_seq !== null) while (!(await commits.run((transaction) => deletePoints(transaction, run_seq)))) {}
        if (folder !== null) await files.delete(folder)
        await commits.run((transaction) => transaction.deleteFrom('purged_remains').where('id', '=', id).execute())
      }
    }
  }
}

/** Some points of a run that is gone. True when none is left. */
async function deletePoints(transaction: Tx, run: number): Promise<boolean> {
  const { rows } = await sql<Tables['metric_point']>`
    select * from metric_point where run_seq = ${run}
    order by key_id, at_ms, step, value, is_nan limit 1 offset ${POINTS_AT_ONCE}
  `.execute(transaction)
  const [next] = rows
  const isBefore = next
    ? sql`(key_id, at_ms, step, value, is_nan) <
        (${next.key_id}, ${next.at_ms}, ${next.step}, ${next.value}, ${next.is_nan})`
    : sql`true`
  await sql`delete from metric_point where run_seq = ${run} and ${isBefore}`.execute(transaction)
  return next === undefined
}

async function isOld(transaction: Tx, experiment: number, until: number): Promise<boolean> {
  const row = await transaction
    .selectFrom('experiment')
    .select('id')
    .where('id', '=', experiment)
    .where('deleted_ms', '<=', until)
    .executeTakeFirst()
  return row !== undefined
}

const countsOf = ({ experiments, runs, loggedModels }: Old): PurgedTracking => ({
  experiments: experiments.length,
  runs: runs.length,
  loggedModels: loggedModels.length,
})
