import type { Connection } from '../database/database.ts'
import { advanceRun, type Moment } from './advance-run.ts'
import { findRunsWaitingFor } from './cache-store.ts'
import { closeMaps } from './map/close-maps.ts'
import type { RunWork } from './run-work.ts'

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

/** Carries changed runs on and writes them; then every other run with a step that waited for a result which one of these now has, or will not have. */
export async function settleRuns(
  connection: Connection,
  load: (runId: string) => Promise<RunWork>,
  changed: readonly RunWork[],
  now: Moment,
): Promise<Settled> {
  const done: RunWork[] = []
  const settle = async (work: RunWork) => {
    await advanceRun(connection, work, now)
    await work.save(connection)
    if (await closeMaps(connection, work, now)) work.hasQueued = true
    done.push(work)
    return findRunsWaitingFor(connection, [...work.releasedKeys])
  }
  const waiting = new Set<string>()
  for (const work of changed) for (const runId of await settle(work)) waiting.add(runId)
  // Each is read only when its turn comes: what was settled before may have changed it.
  for (const runId of waiting) {
    waiting.delete(runId)
    for (const next of await settle(await load(runId))) waiting.add(next)
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
