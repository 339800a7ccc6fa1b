import { queryOptions } from '@tanstack/react-query'
import { api } from '../kernel/api.ts'
import { TRAFFIC_INTERVAL_MS } from '../kernel/live-interval.ts'

export const endpointsQuery = queryOptions({
  queryKey: ['endpoints'],
  queryFn: () => api.endpoints.list({ limit: 500 }),
})

export const endpointQuery = (name: string) =>
  queryOptions({
    queryKey: ['endpoints', name],
    queryFn: () => api.endpoints.get(name),
    refetchInterval: TRAFFIC_INTERVAL_MS,
  })

export const trafficQuery = (name: string, minutes: number) =>
  queryOptions({
    queryKey: ['endpoints', name, 'traffic', minutes],
    queryFn: () => api.endpoints.traffic(name, { minutes }),
    refetchInterval: TRAFFIC_INTERVAL_MS,
    placeholderData: (before) => before,
  })

export const decisionsQuery = (name: string) =>
  queryOptions({
    queryKey: ['endpoints', name, 'decisions'],
    queryFn: () => api.endpoints.decisions(name, { limit: 200 }),
  })

export const predictionsQuery = (name: string) =>
  queryOptions({
    queryKey: ['endpoints', name, 'predictions'],
    queryFn: () => api.endpoints.predictions(name, { limit: 25 }),
    refetchInterval: TRAFFIC_INTERVAL_MS,
  })
