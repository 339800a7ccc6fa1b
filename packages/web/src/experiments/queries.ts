import type { ChartQuery, SearchRuns } from '@regia/core'
import type { ExperimentListQuery } from '@regia/sdk'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api } from '../kernel/api.ts'
import type { RunsScope } from './run-request.ts'

export const experimentsQuery = (query: ExperimentListQuery) =>
  queryOptions({
    queryKey: ['experiments', 'list', query],
    queryFn: () => api.experiments.list(query),
    placeholderData: keepPreviousData,
  })

export const experimentQuery = (id: string) =>
  queryOptions({ queryKey: ['experiments', 'one', id], queryFn: () => api.experiments.get(id) })

export const countQuery = (scope: RunsScope) =>
  queryOptions({
    queryKey: ['tracking', 'count', scope],
    queryFn: () => api.tracking.count(scope),
    placeholderData: keepPreviousData,
    retry: false,
  })

/** Keys change seldom: they are asked for again only when somebody looks for one. */
export const fieldsQuery = (experiments: readonly string[] | undefined, prefix = '') =>
  queryOptions({
    queryKey: ['tracking-fields', experiments ?? 'all', prefix],
    queryFn: () => api.tracking.fields({ ...(experiments && { experiments }), ...(prefix && { prefix }) }),
    placeholderData: keepPreviousData,
    staleTime: 20_000,
  })

export const trackedRunQuery = (id: string) =>
  queryOptions({ queryKey: ['tracking', 'run', id], queryFn: () => api.tracking.get(id) })

/** A fixed number of runs: children of one, or what a chart is drawn from. */
export const someRunsQuery = (request: SearchRuns) =>
  queryOptions({
    queryKey: ['tracking', 'some', request],
    queryFn: () => api.tracking.search(request),
    placeholderData: keepPreviousData,
  })

export const chartQuery = (query: ChartQuery) =>
  queryOptions({
    queryKey: ['tracking', 'chart', query],
    queryFn: () => api.tracking.chart(query),
    placeholderData: keepPreviousData,
  })

export const filesQuery = (run: string, path: string) =>
  queryOptions({
    queryKey: ['tracking', 'files', run, path],
    queryFn: () => api.tracking.files(run, path ? { path } : {}),
  })

export const loggedModelsQuery = (run: string) =>
  queryOptions({
    queryKey: ['tracking', 'models', run],
    queryFn: () => api.tracking.loggedModels({ run, limit: 100 }),
  })

/** Versions of registered models that came out of a run. */
export const registeredFromQuery = (run: string) =>
  queryOptions({
    queryKey: ['models', 'of-run', run],
    queryFn: async () => (await api.models.searchVersions({ filter: `run = '${run}'`, limit: 100 })).items,
  })

// A file may be replaced: its text is read again whenever it is opened.
export const fileTextQuery = (run: string, path: string) =>
  queryOptions({
    queryKey: ['tracking-file', run, path],
    queryFn: async () => (await api.tracking.readFile(run, path)).text(),
    staleTime: 10_000,
  })

export const fileBytesQuery = (run: string, path: string) =>
  queryOptions({
    queryKey: ['tracking-file', run, path, 'bytes'],
    queryFn: async () => new Uint8Array(await (await api.tracking.readFile(run, path)).arrayBuffer()),
    staleTime: 60_000,
    gcTime: 10_000,
  })
