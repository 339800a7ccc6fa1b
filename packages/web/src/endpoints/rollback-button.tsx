import { useQuery } from '@tanstack/react-query'
import { api } from '../kernel/api.ts'
import { ConfirmAction } from '../kernel/confirm-action.tsx'
import { servingVersion } from './deployments.ts'
import { endpointQuery } from './queries.ts'

/** Brings the last champion back; nothing to press where there is none. */
export function RollbackButton({
  endpoint,
  isPrimary = false,
}: {
  readonly endpoint: string
  readonly isPrimary?: boolean
}) {
  const { data } = useQuery(endpointQuery(endpoint))
  if (data?.rollbackVersion === undefined) return null
  const { rollbackVersion } = data
  return (
    <ConfirmAction
      label={`Roll back to v${rollbackVersion}`}
      title={`Roll ${endpoint} back to v${rollbackVersion}?`}
      isPrimary={isPrimary}
      asksReason
      act={(reason) => api.endpoints.rollback(endpoint, reason ? { reason } : {})}
      done={`${endpoint} is back on v${rollbackVersion}`}
    >
      <p>
        v{rollbackVersion} is still loaded: it takes over from v{servingVersion(data) ?? '?'} at once, and no request
        fails.
      </p>
    </ConfirmAction>
  )
}
