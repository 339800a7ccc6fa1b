import { queryOptions } from '@tanstack/react-query'
import { api } from '../kernel/api.ts'

/** Alerts, newest first; `status` may be `all`. */
export const alertsQuery = (status: string, monitor: string | undefined) =>
  queryOptions({
    queryKey: ['alerts', status, monitor ?? ''],
    queryFn: () => api.alerts.list({ limit: 500, ...(status !== 'all' && { status }), ...(monitor && { monitor }) }),
  })
