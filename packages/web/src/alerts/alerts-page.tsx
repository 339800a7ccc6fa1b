import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Choice } from '../kernel/choice.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { Page } from '../kernel/page.tsx'
import { AlertList } from './alert-list.tsx'
import { alertsQuery } from './queries.ts'
import type { AlertsSearch } from './search.ts'

const route = getRouteApi('/alerts')

const FILTERS = [
  ['open', 'open'],
  ['acknowledged', 'acknowledged'],
  ['closed', 'closed'],
  ['all', 'all'],
] as const

/** What went wrong, why, and is somebody on it? */
export default function AlertsPage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const status = search.status ?? 'open'
  const query = useQuery(alertsQuery(status, search.monitor))
  const show = (next: AlertsSearch) => void navigate({ search: (before) => ({ ...before, ...next }), replace: true })
  return (
    <Page
      title="Alerts"
      actions={<Choice label="Status" value={status} options={FILTERS} onChange={(next) => show({ status: next })} />}
      cli={`regia alerts list${status === 'all' ? '' : ` --status ${status}`}`}
      http={`GET /api/v1/alerts${status === 'all' ? '' : `?status=${status}`}`}
    >
      <Loaded query={query} height={240}>
        {({ items }) => (
          <AlertList alerts={items} status={status} open={search.alert} onOpen={(alert) => show({ alert })} />
        )}
      </Loaded>
    </Page>
  )
}
