import { queryOptions } from '@tanstack/react-query'
import { api } from '../kernel/api.ts'

export const datasetQuery = (name: string) =>
  queryOptions({ queryKey: ['datasets', name], queryFn: () => api.datasets.get(name) })

export const datasetVersionsQuery = (name: string) =>
  queryOptions({
    queryKey: ['datasets', name, 'versions'],
    queryFn: () => api.datasets.versions(name, { limit: 500 }),
  })

export const datasetVersionQuery = (name: string, version: number | 'latest') =>
  queryOptions({
    queryKey: ['datasets', name, 'versions', version],
    queryFn: () => api.datasets.version(name, version),
    placeholderData: (before) => before,
  })
