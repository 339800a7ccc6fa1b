import type { Attempt, ErrorCode } from '@regia/core'

/** Faults of the machinery around a step, which do not use up the retries that its author gave it. */
const INFRASTRUCTURE_CODES: ReadonlySet<ErrorCode> = new Set(['UNAVAILABLE', 'LEASE_LOST', 'TIMEOUT'])
const MAX_INFRASTRUCTURE_RETRIES = 5
const FIRST_DELAY_MS = 1_000
const MAX_DELAY_MS = 60_000

export type AfterFailure = { readonly retry: false } | { readonly retry: true; readonly delayMs: number }

/**
 * Whether a step gets another attempt after its last one failed or was lost, and after how long: 1 s, 2 s, 4 s … up to a minute.
 *
 * @param attempts - All attempts so far, the failed one last.
 * @param retries - How many the author allows for the step's own failures.
 */
export function afterFailure(attempts: readonly Attempt[], isRetryable: boolean, retries: number): AfterFailure {
  const last = attempts.at(-1)
  if (!last) throw new Error('unreachable: a failure without an attempt')
  const isInfrastructure = isInfrastructureFailure(last)
  if (!isInfrastructure && !isRetryable) return { retry: false }
  const count = attempts.filter(
    (attempt) => isFailure(attempt) && isInfrastructureFailure(attempt) === isInfrastructure,
  ).length
  const allowed = isInfrastructure ? MAX_INFRASTRUCTURE_RETRIES : retries
  if (count > allowed) return { retry: false }
  return { retry: true, delayMs: Math.min(FIRST_DELAY_MS * 2 ** (count - 1), MAX_DELAY_MS) }
}

const isFailure = ({ status }: Attempt): boolean => status === 'failed' || status === 'lost'

const isInfrastructureFailure = ({ status, error }: Attempt): boolean =>
  status === 'lost' || (error !== undefined && INFRASTRUCTURE_CODES.has(error.code))
