import { queryOptions } from '@tanstack/react-query'
import { api } from '../kernel/api.ts'
import { TRAFFIC_INTERVAL_MS } from '../kernel/live-interval.ts'

export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: () => api.overview(),
  refetchInterval: TRAFFIC_INTERVAL_MS,
})
