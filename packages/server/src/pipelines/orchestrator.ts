import { type Clock, RegiaError, toIso } from '@regia/core'
import type { Connection, Database } from '../database/database.ts'
import type { EventBus } from '../events/bus.ts'
import type { Moment } from './advance-run.ts'
import { KeptRuns, loadRun } from './load-run.ts'
import type { RunWork } from './run-work.ts'
import { type Settled, settleRuns } from './settle-runs.ts'
import type { VersionStore } from './version-store.ts'
import type { WorkSignal } from './work-signal.ts'

export type OrchestratorDeps = {
  readonly database: Database
  readonly versions: VersionStore
  readonly events: EventBus
  readonly clock: Clock
  readonly signal: WorkSignal
  readonly onSettled: (settled: Settled) => void
}

/** Runs one change of the run state as one transaction, carries on whatever it touched, and tells the process when it is committed. */
export class Orchestrator {
  readonly #deps: OrchestratorDeps
  readonly #kept = new KeptRuns()
  /** The change under way: transactions follow one another. */
  #open: { readonly transaction: Connection; readonly loaded: RunWork[] } | undefined

  constructor(deps: OrchestratorDeps) {
    this.#deps = deps
  }

  now(): Moment {
    const ms = this.#deps.clock()
    return { ms, iso: toIso(ms) }
  }

  /** The work gives the runs that it changed and what it answers. Transactions follow one another: there is one writer. */
  async change<Reply>(
    work: (
      connection: Connection,
      now: Moment,
    ) => Promise<{ readonly changed: readonly RunWork[]; readonly reply: Reply }>,
  ): Promise<Reply> {
    const now = this.now()
    try {
      const { settled, reply, loaded } = await this.#deps.database.transaction().execute(async (transaction) => {
        this.#open = { transaction, loaded: [] }
        const { loaded } = this.#open
        const { changed, reply } = await work(transaction, now)
        const load = (runId: string) => this.load(transaction, runId)
        const settled = await settleRuns(transaction, load, changed, now)
        this.#open = undefined
        return { settled, reply, loaded: [...changed, ...loaded] }
      })
      this.#keep(loaded)
      this.#tell(settled)
      return reply
    } catch (error) {
      this.#open = undefined
      this.#kept.clear()
      throw error
    }
  }

  /** A run as it is now. Within a change it may be one that an earlier change has left. @throws RegiaError `NOT_FOUND`. */
  async load(connection: Connection, runId: string): Promise<RunWork> {
    const open = this.#open
    if (connection !== open?.transaction) return loadRun(connection, this.#deps.versions, runId)
    const work = await loadRun(connection, this.#deps.versions, runId, this.#kept)
    open.loaded.push(work)
    return work
  }

  #keep(works: readonly RunWork[]): void {
    for (const work of works) {
      if (work.isChanged) this.#kept.drop(work.run.id)
      else this.#kept.keep(work)
    }
  }

  #tell(settled: Settled): void {
    const { events, signal, onSettled } = this.#deps
    for (const runId of settled.runIds) events.publish('run', runId)
    if (settled.hasQueued) signal.wake()
    onSettled(settled)
  }
}

export const leaseLost = (stepRunId: string): RegiaError =>
  new RegiaError('LEASE_LOST', 'This lease is no longer held: it expired, or the attempt was reported already.', {
    where: stepRunId,
    hint: 'End the attempt and lease again; a newer attempt owns the step.',
  })
