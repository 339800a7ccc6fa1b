import type { Attempt } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { decodeJson, encodeJson } from '../database/json-text.ts'
import type { Moment } from './advance-run.ts'
import { isFinished } from './run-status.ts'
import type { RunWork, StepRow } from './run-work.ts'

/** Ends a run at once: nothing more starts, and workers hear at their next heartbeat that their attempt is not wanted. */
export async function cancelRun(connection: Connection, work: RunWork, now: Moment): Promise<void> {
  await cancelSteps(connection, work, () => true, now)
  work.cancel(now.iso)
}

/** Ends those of the open steps that are meant. */
export async function cancelSteps(
  connection: Connection,
  work: RunWork,
  isMeant: (row: StepRow) => boolean,
  now: Moment,
): Promise<void> {
  for (const row of [...work.rows]) {
    if (isFinished(row.status) || !isMeant(row)) continue
    await connection.deleteFrom('lease').where('step_run_id', '=', row.id).execute()
    work.patch(row.step, {
      status: 'cancelled',
      attempts: encodeJson(decodeJson(row.attempts).map((attempt) => ended(attempt, now.iso))),
      decide_by: null,
      finished_at: now.iso,
    })
  }
}

const ended = (attempt: Attempt, finishedAt: string): Attempt =>
  attempt.status === 'queued' || attempt.status === 'running'
    ? { ...attempt, status: 'cancelled', finishedAt }
    : attempt
