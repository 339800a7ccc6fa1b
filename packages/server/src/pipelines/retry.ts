import type { Attempt, ErrorBody, ErrorCode, GraphStep } from '@regia/core'

/** Faults of the machinery around a step, which do not use up the retries that its author gave it. */
const INFRASTRUCTURE_CODES: ReadonlySet<ErrorCode> = new Set(['UNAVAILABLE', 'LEASE_LOST', 'TIMEOUT'])

export type AfterFailure = { readonly retry: false } | { readonly retry: true; readonly delayMs: number }

/** What a step says of further attempts. */
export type RetryRules = Pick<GraphStep, 'retries' | 'infrastructureRetries' | 'backoff'>

/** Whose fault a failed or lost attempt is. */
export const causeOf = ({
  status,
  error,
}: {
  readonly status: Attempt['status']
  readonly error?: ErrorBody | undefined
}): NonNullable<Attempt['cause']> =>
  status === 'lost' || (error !== undefined && INFRASTRUCTURE_CODES.has(error.code)) ? 'infrastructure' : 'user'

/**
 * Whether a step gets another attempt after its last one failed or was lost, and after how long: `backoff.firstMs`, then each time
 * `factor` as long, up to `maximumMs`. Failures of the step's own code and of the machinery count by themselves.
 *
 * @param attempts - All attempts so far, the failed one last.
 */
export function afterFailure(attempts: readonly Attempt[], isRetryable: boolean, rules: RetryRules): AfterFailure {
  const last = attempts.at(-1)
  if (!last) throw new Error('unreachable: a failure without an attempt')
  const cause = causeOf(last)
  if (cause === 'user' && !isRetryable) return { retry: false }
  const count = attempts.filter((attempt) => isFailure(attempt) && causeOf(attempt) === cause).length
  const allowed = cause === 'infrastructure' ? rules.infrastructureRetries : rules.retries
  if (count > allowed) return { retry: false }
  const { firstMs, factor, maximumMs } = rules.backoff
  return { retry: true, delayMs: Math.round(Math.min(firstMs * factor ** (count - 1), maximumMs)) }
}

const isFailure = ({ status }: Attempt): boolean => status === 'failed' || status === 'lost'
