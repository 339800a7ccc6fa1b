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

const MOST_EDITS = 50

/** Edits of a version's card, and those of the card that stands where a version has none. */
export const cardEditsQuery = (name: string, version: number) =>
  queryOptions({
    queryKey: ['models', name, 'versions', String(version), 'card-edits'],
    queryFn: async () => {
      const pages = await Promise.all([
        api.models.cardEdits(name, { version, limit: MOST_EDITS }),
        api.models.cardEdits(name, { limit: MOST_EDITS }),
      ])
      return [pages[0].items, pages[1].items] as const
    },
  })

export const deletedVersionsQuery = (name: string) =>
  queryOptions({
    queryKey: ['models', name, 'deleted-versions'],
    queryFn: () => api.models.versions(name, { deleted: true, limit: 200 }),
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
