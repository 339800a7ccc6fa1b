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

export const cardQuery = (name: string, version: number) =>
  queryOptions({
    queryKey: ['models', name, 'versions', String(version), 'card'],
    queryFn: () => api.models.card(name, version),
  })

export const comparisonQuery = (name: string, before: string, after: string) =>
  queryOptions({
    queryKey: ['models', name, 'compare', before, after],
    queryFn: () => api.models.compare(name, before, after),
  })

export const requestsQuery = (name: string) =>
  queryOptions({
    queryKey: ['models', name, 'requests'],
    queryFn: () => api.models.requests({ model: name, limit: 50 }),
  })
