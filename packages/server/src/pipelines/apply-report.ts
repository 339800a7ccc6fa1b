import type { LeaseReport } from '@regia/core'
import type { Connection } from '../database/database.ts'
import type { Moment } from './advance-run.ts'
import { failAttempt, giveBackAttempt, outputsProblem, succeedStep } from './finish-step.ts'
import type { RunWork } from './run-work.ts'

/** @param missingBlob - Name of an output that the worker says it kept, but that the blob store does not have. */
export async function applyReport(
  connection: Connection,
  work: RunWork,
  stepId: string,
  report: LeaseReport,
  missingBlob: string | undefined,
  now: Moment,
): Promise<void> {
  const step = work.step(stepId)
  if (report.status === 'cancelled') return giveBackAttempt(work, step, now)
  if (report.status === 'failed') return failAttempt(work, step, { ...report, status: 'failed' }, now)
  const problem = outputsProblem(step, report.outputs)
  if (problem) return failAttempt(work, step, { status: 'failed', error: problem.toBody(), isRetryable: false }, now)
  if (missingBlob !== undefined) {
    const message = `Output "${missingBlob}" of step "${stepId}" is not in the blob store.`
    return failAttempt(
      work,
      step,
      { status: 'failed', error: { code: 'BLOB_MISSING', message }, isRetryable: true },
      now,
    )
  }
  await succeedStep(connection, work, stepId, report.outputs, now)
}
