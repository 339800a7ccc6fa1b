import type { RunStatus, StepStatus } from '@regia/core'

const FINISHED: ReadonlySet<StepStatus> = new Set(['succeeded', 'cached', 'skipped', 'failed', 'cancelled'])
export const isFinished = (status: StepStatus): boolean => FINISHED.has(status)

const NOT_BEGUN: ReadonlySet<StepStatus> = new Set(['waiting', 'queued', 'skipped'])

export const isRunOver = (status: RunStatus): boolean =>
  status === 'succeeded' || status === 'failed' || status === 'cancelled'

/** The runs that are not over. */
export const OPEN_STATUSES = ['queued', 'running', 'paused'] as const satisfies readonly RunStatus[]

/**
 * The status of a run from those of its steps. It is over only when nothing runs or can run any more, so that finished work is kept.
 *
 * @param isAwaited - Something of it goes on elsewhere: a step waits for the result of another run.
 */
export function runStatus(statuses: readonly StepStatus[], isAwaited = false): RunStatus {
  if (statuses.every(isFinished)) {
    if (statuses.includes('failed')) return 'failed'
    return statuses.includes('cancelled') ? 'cancelled' : 'succeeded'
  }
  const goesOn = isAwaited || statuses.includes('queued') || statuses.includes('running')
  if (!goesOn && statuses.includes('paused')) return 'paused'
  return statuses.every((status) => NOT_BEGUN.has(status)) ? 'queued' : 'running'
}
