import type { Connection } from '../database/database.ts'
import { decodeJson } from '../database/json-text.ts'
import type { Moment } from './advance-run.ts'
import { cancelSteps } from './cancel-steps.ts'
import type { RunWork, StepRow } from './run-work.ts'

/**
 * What a failed step means for the rest of its run. `continue` leaves it to the graph; `stop` starts nothing more, but what has begun
 * finishes, its further attempts included; `cancel` ends that too.
 */
export async function applyFailurePolicy(connection: Connection, work: RunWork, now: Moment): Promise<void> {
  const policy = work.run.on_failure
  if (policy === 'continue' || ![...work.rows].some(({ status }) => status === 'failed')) return
  const isLeftAlone = policy === 'stop' ? hasBegun : () => false
  await cancelSteps(connection, work, (row) => !isLeftAlone(row), now)
}

/** A question to a person is not left open: nothing that depends on the answer would start. */
const hasBegun = ({ status, attempts }: StepRow): boolean =>
  status === 'running' || (status === 'queued' && decodeJson(attempts).length > 1)
