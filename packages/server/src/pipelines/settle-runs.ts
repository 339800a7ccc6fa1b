import type { Connection } from '../database/database.ts'
import { advanceRun, type Moment } from './advance-run.ts'
import { findRunsWaitingFor } from './cache-store.ts'
import { closeMaps } from './map/close-maps.ts'
import { getRunRow, RunWork } from './run-work.ts'
import type { VersionStore } from './version-store.ts'

type StepOfRun = { readonly runId: string; readonly step: string }

/** What a transaction has to tell the rest of the process once it is committed. */
export type Settled = {
  readonly runIds: ReadonlySet<string>
  /** Steps that the control plane is to carry out. */
  readonly carried: readonly (StepOfRun & { readonly isMapped: boolean })[]
  /** Approve steps whose question has just been asked. */
  readonly asked: readonly (StepOfRun & { readonly question: string })[]
  readonly hasQueued: boolean
  /** Runs that came to an end in this transaction, in whatever way. */
  readonly finishedRunIds: readonly string[]
}

export async function loadRun(connection: Connection, versions: VersionStore, runId: string): Promise<RunWork> {
  const run = await getRunRow(connection, runId)
  const version = await versions.get(connection, run.pipeline, run.pipeline_version)
  const rows = await connection
    .selectFrom('step_run')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('position')
    .execute()
  return new RunWork(version, run, rows, false)
}

/** Carries changed runs on and writes them; then every other run with a step that waited for a result which one of these now has, or will not have. */
export async function settleRuns(
  connection: Connection,
  versions: VersionStore,
  changed: readonly RunWork[],
  now: Moment,
): Promise<Settled> {
  const queue = [...changed]
  const done: RunWork[] = []
  for (let work = queue.shift(); work !== undefined; work = queue.shift()) {
    await advanceRun(connection, work, now)
    await work.save(connection)
    if (await closeMaps(connection, work, now)) work.hasQueued = true
    done.push(work)
    for (const runId of await findRunsWaitingFor(connection, [...work.releasedKeys])) {
      queue.push(await loadRun(connection, versions, runId))
    }
  }
  return {
    runIds: new Set(done.map(({ run }) => run.id)),
    carried: done.flatMap((work) =>
      work.carried.map((step) => ({ runId: work.run.id, step, isMapped: work.step(step).map !== undefined })),
    ),
    asked: done.flatMap(({ run, asked }) => asked.map((each) => ({ runId: run.id, ...each }))),
    hasQueued: done.some(({ hasQueued }) => hasQueued),
    finishedRunIds: done.filter(({ hasEnded }) => hasEnded).map(({ run }) => run.id),
  }
}
