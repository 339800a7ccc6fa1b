import { type Attempt, type ErrorBody, type GraphStep, RegiaError } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { decodeJson, encodeJson } from '../database/json-text.ts'
import type { Moment } from './advance-run.ts'
import { saveEntry } from './cache-store.ts'
import { lastStepMetrics } from './log-store.ts'
import { afterFailure } from './retry.ts'
import { changeLastAttempt, type Outputs, type RunWork } from './run-work.ts'

/** A step that succeeded: its outputs stand, and serve whoever has the same key. */
export async function succeedStep(
  connection: Connection,
  work: RunWork,
  step: string,
  outputs: Outputs,
  now: Moment,
): Promise<void> {
  const row = work.row(step)
  work.patch(step, {
    status: 'succeeded',
    outputs: encodeJson(outputs),
    attempts: encodeJson(changeLastAttempt(row, { status: 'succeeded', finishedAt: now.iso })),
    progress: row.progress === null ? null : 1,
    finished_at: now.iso,
    error: null,
  })
  if (row.cache_key === null) return
  const metrics = await lastStepMetrics(connection, work.run.id, step)
  await saveEntry(connection, row.cache_key, work.run, { outputs, metrics }, now.iso)
}

export type Failure = {
  /** `lost`: its worker stopped renewing the lease. */
  readonly status: 'failed' | 'lost'
  readonly error: ErrorBody
  readonly isRetryable: boolean
}

/** An attempt that failed: another one after a while, or the step has failed. */
export function failAttempt(work: RunWork, step: GraphStep, failure: Failure, now: Moment): void {
  const row = work.row(step.id)
  const { status, error } = failure
  const attempts = changeLastAttempt(row, { status, error, finishedAt: now.iso })
  const after = afterFailure(attempts, failure.isRetryable, step.retries)
  if (!after.retry) {
    work.patch(step.id, {
      status: 'failed',
      attempts: encodeJson(attempts),
      error: encodeJson(error),
      finished_at: now.iso,
    })
    return
  }
  const next: Attempt = { number: attempts.length + 1, status: 'queued', queuedAt: now.iso }
  work.patch(step.id, {
    status: 'queued',
    attempts: encodeJson([...attempts, next]),
    not_before: now.ms + after.delayMs,
    progress: null,
    progress_message: null,
  })
  work.hasQueued = true
}

/** Ends a run at once: nothing more starts, and workers hear at their next heartbeat that their attempt is not wanted. */
export async function cancelRun(connection: Connection, work: RunWork, now: Moment): Promise<void> {
  for (const { id, step, status, attempts } of [...work.rows]) {
    if (status !== 'waiting' && status !== 'queued' && status !== 'running') continue
    await connection.deleteFrom('lease').where('step_run_id', '=', id).execute()
    const ended = decodeJson(attempts).map(
      (attempt): Attempt =>
        attempt.status === 'queued' || attempt.status === 'running'
          ? { ...attempt, status: 'cancelled', finishedAt: now.iso }
          : attempt,
    )
    work.patch(step, { status: 'cancelled', attempts: encodeJson(ended), finished_at: now.iso })
  }
  work.cancel(now.iso)
}

/** What is wrong with the outputs that a worker reports, if anything. */
export function outputsProblem(step: GraphStep, outputs: Outputs): RegiaError | undefined {
  for (const [name, type] of Object.entries(step.outputs)) {
    const got = outputs[name]
    if (got?.kind === type.kind) continue
    const what = got ? `is a ${got.kind}, not a ${type.kind}` : 'is missing'
    return new RegiaError('STEP_OUTPUT_INVALID', `Output "${name}" of step "${step.id}" ${what}.`, {
      hint: 'Return every declared output from the step, each of the declared kind.',
      ...(step.definedAt !== undefined && { where: step.definedAt }),
    })
  }
  return undefined
}
