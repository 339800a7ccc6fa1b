import type { RunSummary } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { summaryOf } from './run-views.ts'
import { getRunRow } from './run-work.ts'
import type { Settled } from './settle-runs.ts'

/** Who wants to know what became of runs. Told after the commit, once, and to answer soon; a process that dies in between tells nobody. */
export type RunObserver = {
  /** A run came to an end, in whatever way. */
  readonly runSettled: (run: RunSummary) => void | Promise<void>
  /** An approve step asks a person. */
  readonly approvalWanted: (run: RunSummary, step: string, question: string) => void | Promise<void>
}

/** Tells the observers one after the other; what one of them throws does not keep it from the next. */
export async function tellObservers(
  connection: Connection,
  observers: Iterable<RunObserver>,
  { asked, finishedRunIds }: Settled,
  onError: (error: unknown) => void,
): Promise<void> {
  for (const observer of observers) {
    for (const { runId, step, question } of asked) {
      await telling(async () => observer.approvalWanted(await summary(connection, runId), step, question), onError)
    }
    for (const runId of finishedRunIds) {
      await telling(async () => observer.runSettled(await summary(connection, runId)), onError)
    }
  }
}

const summary = async (connection: Connection, runId: string): Promise<RunSummary> =>
  summaryOf(await getRunRow(connection, runId))

async function telling(tell: () => Promise<void>, onError: (error: unknown) => void): Promise<void> {
  try {
    await tell()
  } catch (error) {
    onError(error)
  }
}
