import { type Clock, RegiaError, toIso } from '@regia/core'
import type { Connection, Database } from '../database/database.ts'
import type { EventBus } from '../events/bus.ts'
import type { Moment } from './advance-run.ts'
import type { RunWork } from './run-work.ts'
import { loadRun, type Settled, settleRuns } from './settle-runs.ts'
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
    const { database, versions } = this.#deps
    const now = this.now()
    const { settled, reply } = await database.transaction().execute(async (transaction) => {
      const { changed, reply } = await work(transaction, now)
      return { settled: await settleRuns(transaction, versions, changed, now), reply }
    })
    this.#tell(settled)
    return reply
  }

  load(connection: Connection, runId: string): Promise<RunWork> {
    return loadRun(connection, this.#deps.versions, runId)
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
