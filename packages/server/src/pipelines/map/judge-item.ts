import type { Attempt, ErrorBody, ErrorCode, GraphStep } from '@regia/core'
import type { Failure } from '../finish-step.ts'
import { type AfterFailure, afterFailure, causeOf } from '../retry.ts'
import { changeLast } from './item-events.ts'

export type Judged = { readonly attempts: readonly Attempt[]; readonly error: ErrorBody; readonly after: AfterFailure }

/** Ends of a process that say nothing about how far its step came. */
const UNKNOWN_ENDS: ReadonlySet<ErrorCode> = new Set(['STEP_CRASHED', 'STEP_TIMED_OUT'])

/** What the failure of an element's last attempt means, by the same rules as for steps: separate counts of retries, and no second attempt of what must not run twice. */
export function judgeFailure(
  step: GraphStep,
  attempts: readonly Attempt[],
  failure: Failure,
  finishedAt: string,
): Judged {
  const cause = causeOf(failure)
  const isUnclear = step.atMostOnce && isOutcomeUnknown(attempts, failure)
  const error = isUnclear && cause === 'infrastructure' ? unclear(step, failure.error) : failure.error
  const ended = changeLast(attempts, { status: failure.status, cause, error, finishedAt })
  return {
    attempts: ended,
    error,
    after: isUnclear ? { retry: false } : afterFailure(ended, failure.isRetryable, step),
  }
}

export const hasStarted = (attempts: readonly Attempt[]): boolean => attempts.at(-1)?.startedAt !== undefined

/** An attempt that is lost may have begun without having been able to say so. */
function isOutcomeUnknown(attempts: readonly Attempt[], failure: Failure): boolean {
  if (failure.status === 'lost') return true
  const isUnclearEnd = causeOf(failure) === 'infrastructure' || UNKNOWN_ENDS.has(failure.error.code)
  return isUnclearEnd && hasStarted(attempts)
}

const unclear = (step: GraphStep, { message }: ErrorBody): ErrorBody => ({
  code: 'LEASE_LOST',
  message: `${message} Nobody knows how far the attempt came, and the step must not run twice, so it is not tried again.`,
  hint: 'Look at what it did, then go on with "regia recover", which runs the element again.',
  where: step.definedAt ?? step.id,
})
