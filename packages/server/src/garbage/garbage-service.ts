import { setImmediate as turn } from 'node:timers/promises'
import { type Clock, type Garbage, RegiaError, type Retention } from '@regia/core'
import type { BlobStore, ListedBlob } from '@regia/engine'
import type { Connection, Database } from '../database/database.ts'
import { Manifests } from './manifests.ts'
import { type Leaving, neededDigests } from './needed-digests.ts'
import { deleteOptimisations, deleteScoringJobs, findOldJobs, type OldJobs } from './old-jobs.ts'
import { deleteEntries, findOldEntries, findOldTakenIn } from './old-results.ts'
import { DAY_MS, daysBefore, deleteRuns, findOldRuns, type OldRun } from './old-runs.ts'

export type GarbageDeps = {
  readonly database: Database
  readonly blobs: BlobStore
  readonly clock: Clock
  /** Takes away what was deleted for longer, or only counts it. */
  readonly purge: (request: { readonly olderThanMs: number; readonly isDryRun: boolean }) => Promise<Garbage['purged']>
}

/** What was put later than this is kept: somebody may be about to refer to it. */
const GRACE_MS = 3_600_000
const RUNS_AT_ONCE = 20
const ENTRIES_AT_ONCE = 2_000
const JOBS_AT_ONCE = 500
/** So long at most the database is held while files are taken away; heartbeats wait meanwhile, and leases hold longer. */
const SWEEP_MS = 1_000
const DELETES_A_TURN = 50
const EXAMPLES = 10
const NOTHING: Leaving = { runs: new Set(), entries: new Set(), jobs: new Set() }

type Swept = { readonly blobs: number; readonly bytes: number; readonly keptBlobs: number; readonly keptBytes: number }
type Stored = ReadonlyMap<string, ListedBlob>

/**
 * Takes away what nobody needs any more: what was deleted long ago, runs that are older than the policy keeps, cached outputs that no run holds, jobs that ended long ago, and blobs that no row speaks of.
 *
 * It may be cut short at any point. Rows go first, in transactions, and files after them: a file without a row is found by the next
 * collection, a row without its file cannot come to be. Files go while the database is held, after a look at every row that there is then; who is
 * about to write a row about something older has put it anew (`BlobStore.put`, `renew`), which keeps it for an hour.
 */
export class GarbageService {
  readonly #deps: GarbageDeps
  readonly #manifests: Manifests
  #isCollecting = false

  constructor(deps: GarbageDeps) {
    this.#deps = deps
    this.#manifests = new Manifests(deps.blobs)
  }

  /** @throws RegiaError `CONFLICT` while another collection is under way. */
  async collect(policy: Retention): Promise<Garbage> {
    if (this.#isCollecting) {
      throw new RegiaError('CONFLICT', 'A garbage collection is under way.', { hint: 'Wait until it has ended.' })
    }
    this.#isCollecting = true
    try {
      return policy.dryRun ? await this.#look(policy) : await this.#take(policy)
    } finally {
      this.#isCollecting = false
    }
  }

  /** What would go, by the same rules, with the rows left where they are. */
  async #look(policy: Retention): Promise<Garbage> {
    const { database, clock } = this.#deps
    const runs = await findOldRuns(database, policy, clock())
    const oldRuns = new Set(runs.map(({ id }) => id))
    const madeBefore = daysBefore(clock(), policy.keepCacheDays)
    const entries = await findOldEntries(database, madeBefore, oldRuns)
    const jobs = await this.#oldJobs(policy)
    const leaving = {
      runs: oldRuns,
      entries: new Set(entries),
      jobs: new Set([...jobs.scoring, ...jobs.optimisations]),
    }
    const purged = await this.#purge(policy)
    const stored = await this.#listStored()
    const needed = await this.#needed(database, leaving, stored)
    const takenIn = await findOldTakenIn(database, madeBefore, (digest) => needed.has(digest))
    const unneeded = await this.#unneeded(stored, needed)
    const counts = countsOf(true, runs, entries.length + takenIn.length, jobs)
    return { ...counts, purged, ...sweptOf(stored, unneeded) }
  }

  async #take(policy: Retention): Promise<Garbage> {
    const { database, clock } = this.#deps
    const madeBefore = daysBefore(clock(), policy.keepCacheDays)
    const purged = await this.#purge(policy)
    const runs = await findOldRuns(database, policy, clock())
    await this.#inBatches(runs, RUNS_AT_ONCE, (connection, some) =>
      deleteRuns(
        connection,
        some.map(({ id }) => id),
      ),
    )
    const entries = await findOldEntries(database, madeBefore, NOTHING.runs)
    await this.#inBatches(entries, ENTRIES_AT_ONCE, deleteEntries)
    const jobs = await this.#oldJobs(policy)
    await this.#inBatches(jobs.scoring, JOBS_AT_ONCE, deleteScoringJobs)
    await this.#inBatches(jobs.optimisations, JOBS_AT_ONCE, deleteOptimisations)
    const stored = await this.#listStored()
    // The first look at what blobs list reads many files; later ones, while the database is held, find almost all of it in memory.
    await this.#needed(database, NOTHING, stored)
    const takenIn = await this.#forgetTakenIn(madeBefore, stored)
    const counts = countsOf(false, runs, entries.length + takenIn, jobs)
    return { ...counts, purged, ...(await this.#sweep(stored)) }
  }

  #oldJobs({ keepJobDays }: Retention): Promise<OldJobs> {
    return findOldJobs(this.#deps.database, daysBefore(this.#deps.clock(), keepJobDays))
  }

  #purge({ keepDeletedDays, dryRun }: Retention): Promise<Garbage['purged']> {
    return this.#deps.purge({ olderThanMs: keepDeletedDays * DAY_MS, isDryRun: dryRun })
  }

  /** One transaction after the other; others get their turn in between. */
  async #inBatches<Item>(
    items: readonly Item[],
    size: number,
    change: (connection: Connection, some: readonly Item[]) => Promise<void>,
  ): Promise<void> {
    for (let start = 0; start < items.length; start += size) {
      const some = items.slice(start, start + size)
      await this.#deps.database.transaction().execute((transaction) => change(transaction, some))
      await turn()
    }
  }

  async #forgetTakenIn(takenBefore: string, stored: Stored): Promise<number> {
    return this.#deps.database.transaction().execute(async (transaction) => {
      const needed = await this.#needed(transaction, NOTHING, stored)
      const keys = await findOldTakenIn(transaction, takenBefore, (digest) => needed.has(digest))
      for (const key of keys) await transaction.deleteFrom('catalog_table').where('key', '=', key).execute()
      return keys.length
    })
  }

  /** Looks at all rows while nobody can write one, and takes files away until the time is up; then again, until all are looked at. */
  async #sweep(stored: Stored): Promise<Swept> {
    const { database } = this.#deps
    const left = new Map(stored)
    const gone: ListedBlob[] = []
    while (left.size > 0) {
      await database.transaction().execute(async (transaction) => {
        const needed = await this.#needed(transaction, NOTHING, stored)
        for (const digest of needed) left.delete(digest)
        gone.push(...(await this.#deleteSome(left, await this.#keptSince(transaction))))
      })
      await turn()
    }
    return sweptOf(stored, gone)
  }

  /** Empties the map as far as it comes. */
  async #deleteSome(left: Map<string, ListedBlob>, keptSince: number): Promise<readonly ListedBlob[]> {
    const until = performance.now() + SWEEP_MS
    const gone: ListedBlob[] = []
    for (const [name, blob] of left) {
      left.delete(name)
      if (blob.keptAt < keptSince && (await this.#deps.blobs.delete(blob.digest, keptSince))) gone.push(blob)
      if (gone.length % DELETES_A_TURN === 0) await turn()
      if (performance.now() > until) break
    }
    return gone
  }

  async #unneeded(stored: Stored, needed: ReadonlySet<string>): Promise<readonly ListedBlob[]> {
    const keptSince = await this.#keptSince(this.#deps.database)
    return [...stored.values()].filter(({ digest, keptAt }) => !needed.has(digest) && keptAt < keptSince)
  }

  /** An hour ago; where a step runs for longer, since that began: what it has put so far stands in no row yet. */
  async #keptSince(connection: Connection): Promise<number> {
    const oldest = await connection
      .selectFrom('step_run')
      .select(({ fn }) => fn.min('started_at').as('at'))
      .where('status', '=', 'running')
      .executeTakeFirst()
    const graceStart = this.#deps.clock() - GRACE_MS
    return oldest?.at ? Math.min(graceStart, Date.parse(oldest.at)) : graceStart
  }

  async #needed(connection: Connection, leaving: Leaving, stored: Stored): Promise<ReadonlySet<string>> {
    const needed = await neededDigests(connection, leaving)
    await this.#manifests.addListed(needed, stored)
    return needed
  }

  async #listStored(): Promise<Stored> {
    const stored = new Map<string, ListedBlob>()
    for await (const blob of this.#deps.blobs.list()) stored.set(blob.digest, blob)
    return stored
  }
}

const countsOf = (isDryRun: boolean, runs: readonly OldRun[], cacheEntries: number, jobs: OldJobs) => ({
  isDryRun,
  runs: runs.length,
  cacheEntries,
  scoringJobs: jobs.scoring.length,
  optimisations: jobs.optimisations.length,
  examples: runs
    .slice(0, EXAMPLES)
    .map(
      ({ pipeline, number, status, finishedAt }) =>
        `${pipeline} #${number} (${status}, ended ${finishedAt.slice(0, 10)})`,
    ),
})

function sweptOf(stored: Stored, gone: readonly ListedBlob[]): Swept {
  const bytes = bytesOf(gone)
  const allBytes = bytesOf([...stored.values()])
  return { blobs: gone.length, bytes, keptBlobs: stored.size - gone.length, keptBytes: allBytes - bytes }
}

const bytesOf = (blobs: readonly ListedBlob[]): number => blobs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
