import { queryOptions } from '@tanstack/react-query'
import { api } from '../kernel/api.ts'

export const monitorsQuery = queryOptions({ queryKey: ['monitors'], queryFn: () => api.monitors.list({ limit: 500 }) })

export const monitorQuery = (name: string) =>
  queryOptions({ queryKey: ['monitors', name], queryFn: () => api.monitors.get(name) })

/** The windows of a monitor from `from` on, oldest first. */
export const windowsQuery = (name: string, from: string | undefined) =>
  queryOptions({
    queryKey: ['monitors', name, 'windows', from ?? 'all'],
    queryFn: () => api.monitors.windows(name, { limit: 1000, ...(from && { from }) }),
    placeholderData: (before) => before,
  })

export const distributionsQuery = (name: string, from: string | undefined, until: string | undefined) =>
  queryOptions({
    queryKey: ['monitors', name, 'distributions', from ?? '', until ?? ''],
    queryFn: () => api.monitors.distributions(name, { ...(from && { from }), ...(until && { until }) }),
    placeholderData: (before) => before,
  })
