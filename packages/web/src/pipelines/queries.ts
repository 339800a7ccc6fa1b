import type { RunOptions } from '@regia/core'
import { queryOptions } from '@tanstack/react-query'
import { api } from '../kernel/api.ts'

export const pipelineQuery = (name: string) =>
  queryOptions({ queryKey: ['pipelines', name], queryFn: () => api.pipelines.get(name) })

// A version never changes.
export const pipelineVersionQuery = (name: string, version: number) =>
  queryOptions({
    queryKey: ['pipelines', name, 'versions', version],
    queryFn: () => api.pipelines.version(name, version),
    staleTime: Number.POSITIVE_INFINITY,
  })

const FEW_VERSIONS = 10

/** The newest ones, to choose from. */
export const newestVersionsQuery = (name: string) =>
  queryOptions({
    queryKey: ['pipelines', name, 'newest'],
    queryFn: () => api.pipelines.versions(name, { limit: FEW_VERSIONS }),
  })

const MOST_VERSIONS = 50

export const pipelineVersionsQuery = (name: string) =>
  queryOptions({
    queryKey: ['pipelines', name, 'versions'],
    queryFn: () => api.pipelines.versions(name, { limit: MOST_VERSIONS }),
  })

export const channelsQuery = (name: string) =>
  queryOptions({ queryKey: ['pipelines', name, 'channels'], queryFn: () => api.pipelines.channels(name) })

export const channelHistoryQuery = (name: string) =>
  queryOptions({
    queryKey: ['pipelines', name, 'channels', 'history'],
    queryFn: () => api.pipelines.channelHistory(name, { limit: 50 }),
  })

// Versions never change, and so neither does what is different between two of them.
export const diffQuery = (name: string, before: number, after: number) =>
  queryOptions({
    queryKey: ['pipelines', name, 'diff', before, after],
    queryFn: () => api.pipelines.diff(name, before, after),
    staleTime: Number.POSITIVE_INFINITY,
  })

export const planQuery = (name: string, options: RunOptions) =>
  queryOptions({ queryKey: ['pipelines', name, 'plan', options], queryFn: () => api.pipelines.plan(name, options) })

export const catalogQuery = (name: string, version: number) =>
  queryOptions({
    queryKey: ['pipelines', name, 'catalog', version],
    queryFn: () => api.pipelines.catalog(name, { version }),
  })

export const catalogPreviewQuery = (name: string, version: number, entry: string) =>
  queryOptions({
    queryKey: ['pipelines', name, 'catalog', version, entry],
    queryFn: () => api.pipelines.previewCatalog(name, entry, { version, limit: 50 }),
  })
