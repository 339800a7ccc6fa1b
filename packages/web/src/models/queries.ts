import { queryOptions } from '@tanstack/react-query'
import { api } from '../kernel/api.ts'

export const modelQuery = (name: string) =>
  queryOptions({ queryKey: ['models', name], queryFn: () => api.models.get(name) })

export const modelVersionsQuery = (name: string) =>
  queryOptions({ queryKey: ['models', name, 'versions'], queryFn: () => api.models.versions(name, { limit: 200 }) })

export const modelHistoryQuery = (name: string) =>
  queryOptions({ queryKey: ['models', name, 'history'], queryFn: () => api.models.history(name, { limit: 100 }) })

/** `version` is a number or an alias. */
export const modelVersionQuery = (name: string, version: number | string) =>
  queryOptions({
    queryKey: ['models', name, 'versions', String(version)],
    queryFn: () => api.models.version(name, version),
  })
