import { type Attempt, type ErrorBody, type ErrorCode, type GraphStep, RegiaError } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { decodeJson, encodeJson } from '../database/json-text.ts'
import type { Moment } from './advance-run.ts'
import { saveEntry } from './cache-store.ts'
import { lastStepMetrics } from './log-store.ts'
import { type AfterFailure, afterFailure, causeOf } from './retry.ts'
import { changeLastAttempt, type Outputs, type RunWork, type StepRow } from './run-work.ts'

/** A step that succeeded: its outputs stand, and serve whoever has the same key. */
export async function succeedStep(
  connection: Connection,
  work: RunWork,
  step: string,
  outputs: Outputs,
  now: Moment,
): Promise<void> {
  const row = work.row(step)
  // A worker that does not say when the step's own code begins counts the whole of the attempt.
  const { leasedAt, startedAt = leasedAt } = decodeJson(row.attempts).at(-1) ?? {}
  const ended = { status: 'succeeded', finishedAt: now.iso, ...(startedAt !== undefined && { startedAt }) } as const
  work.patch(step, {
    status: 'succeeded',
    outputs: encodeJson(outputs),
    attempts: encodeJson(changeLastAttempt(row, ended)),
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
  /** No further attempt, whosever fault it is. */
  readonly isFinal?: boolean
}

/** An attempt that failed: another one after a while, or the step has failed. */
export function failAttempt(work: RunWork, step: GraphStep, failure: Failure, now: Moment): void {
  const row = work.row(step.id)
  const { status } = failure
  const cause = causeOf(failure)
  const isUnclear = step.atMostOnce && isOutcomeUnknown(row, failure)
  const error = isUnclear && cause === 'infrastructure' ? unclearOutcome(work, step, failure.error) : failure.error
  const attempts = changeLastAttempt(row, { status, cause, error, finishedAt: now.iso })
  const isFinal = isUnclear || failure.isFinal === true
  const after: AfterFailure = isFinal ? { retry: false } : afterFailure(attempts, failure.isRetryable, step)
  if (after.retry) queueAgain(work, step, attempts, now.ms + after.delayMs, now)
  else
    work.patch(step.id, {
      status: 'failed',
      attempts: encodeJson(attempts),
      error: encodeJson(withRemedy(work, step, error, attempts.length)),
      finished_at: now.iso,
    })
}

/** What whoever reads of it needs: which step and attempt it was, and how to go on. */
const withRemedy = ({ run }: RunWork, step: GraphStep, error: ErrorBody, attempt: number): ErrorBody => ({
  hint: `Read its logs (regia logs ${run.id} ${step.id}); "regia recover ${run.id}" then runs what did not finish.`,
  where: step.definedAt ?? step.id,
  ...error,
  data: { ...error.data, step: step.id, attempt },
})

/** The worker stops on purpose and hands the attempt back: that is nobody's fault, and another one starts at once. */
export function giveBackAttempt(work: RunWork, step: GraphStep, now: Moment): void {
  const row = work.row(step.id)
  if (step.atMostOnce && hasStarted(row)) {
    const message = `The worker was stopped while step "${step.id}" ran.`
    const error = { code: 'UNAVAILABLE', message } as const
    failAttempt(work, step, { status: 'failed', error, isRetryable: false }, now)
  } else {
    const attempts = changeLastAttempt(row, { status: 'cancelled', finishedAt: now.iso })
    queueAgain(work, step, attempts, now.ms, now)
  }
}

function queueAgain(
  work: RunWork,
  step: GraphStep,
  attempts: readonly Attempt[],
  notBefore: number,
  now: Moment,
): void {
  const next: Attempt = { number: attempts.length + 1, status: 'queued', queuedAt: now.iso }
  work.patch(step.id, {
    status: 'queued',
    attempts: encodeJson([...attempts, next]),
    not_before: notBefore,
    progress: null,
    progress_message: null,
  })
  work.hasQueued = true
}

/** Ends of a process that say nothing about how far its step came. */
const UNKNOWN_ENDS: ReadonlySet<ErrorCode> = new Set(['STEP_CRASHED', 'STEP_TIMED_OUT'])

/** Whether nobody can say what the attempt has already done. One that is lost may have begun without having been able to say so. */
function isOutcomeUnknown(row: StepRow, failure: Failure): boolean {
  if (failure.status === 'lost') return true
  const isUnclearEnd = causeOf(failure) === 'infrastructure' || UNKNOWN_ENDS.has(failure.error.code)
  return isUnclearEnd && hasStarted(row)
}

const hasStarted = (row: StepRow): boolean => decodeJson(row.attempts).at(-1)?.startedAt !== undefined

function unclearOutcome(work: RunWork, step: GraphStep, { message }: ErrorBody): ErrorBody {
  const attempt = decodeJson(work.row(step.id).attempts).length
  return {
    code: 'LEASE_LOST',
    message: `${message} Nobody knows how far attempt ${attempt} came, and the step must not run twice, so it is not tried again.`,
    hint: `Look at what it did, then go on with "regia recover ${work.run.id}", which runs the step again.`,
    where: step.definedAt ?? step.id,
    data: { step: step.id, attempt },
  }
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
