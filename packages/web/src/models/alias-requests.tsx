import { useQuery } from '@tanstack/react-query'
import { DecidedRequests } from './decided-requests.tsx'
import { PendingRequests } from './pending-requests.tsx'
import { requestsQuery } from './queries.ts'

type AliasRequestsProps = {
  readonly model: string
  /** Only those about one version. */
  readonly version?: number
  readonly state: 'pending' | 'decided'
}

/** Who wants a protected alias moved, or what became of that; nothing where nobody did. */
export function AliasRequests({ model, version, state }: AliasRequestsProps) {
  const { data } = useQuery(requestsQuery(model))
  const requests = (data?.items ?? []).filter(
    (each) =>
      (each.status === 'pending') === (state === 'pending') && (version === undefined || each.version === version),
  )
  if (requests.length === 0) return null
  return state === 'pending' ? <PendingRequests requests={requests} /> : <DecidedRequests requests={requests} />
}
