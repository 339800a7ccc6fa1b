import type { ChartQuery, SearchRuns } from '@regia/core'
import type { ExperimentListQuery } from '@regia/sdk'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api } from '../kernel/api.ts'
import { readerOf } from './file-reader.ts'
import type { FileSource } from './file-source.ts'
import type { RunsScope } from './run-request.ts'

export const experimentsQuery = (query: ExperimentListQuery) =>
  queryOptions({
    queryKey: ['experiments', 'list', query],
    queryFn: () => api.experiments.list(query),
    placeholderData: keepPreviousData,
  })

export const experimentNamesQuery = queryOptions({
  queryKey: ['experiments', 'names'],
  queryFn: async () => {
    const { items } = await api.experiments.list({ limit: 500, lifecycle: 'all' })
    return new Map(items.map(({ id, name }) => [id, name]))
  },
  staleTime: 20_000,
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

/** A fixed number of runs: children of one, or those that are selected. */
export const someRunsQuery = (request: SearchRuns) =>
  queryOptions({
    queryKey: ['tracking', 'some', request],
    queryFn: () => api.tracking.search(request),
    placeholderData: keepPreviousData,
  })

/** Thousands of runs, for what is drawn over all of them: too many to be read again at every change. */
export const manyRunsQuery = (request: SearchRuns) =>
  queryOptions({
    queryKey: ['tracking-many', request],
    queryFn: () => api.tracking.search(request),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
    refetchInterval: 30_000,
  })

const SAMPLE_SIZE = 60

/** The last few runs whole: they tell which params were tried with more than one value. */
export const sampleQuery = (experiments: readonly string[] | undefined) =>
  queryOptions({
    queryKey: ['tracking-many', 'sample', experiments ?? 'all'],
    queryFn: async () =>
      (await api.tracking.search({ ...(experiments && { experiments: [...experiments] }), limit: SAMPLE_SIZE })).items,
    staleTime: 30_000,
  })

const LIVE_CURVE_MS = 3_000

/** Curves; only those of runs that go on are read again. */
export const chartQuery = (query: ChartQuery, isRunning: boolean) =>
  queryOptions({
    queryKey: ['tracking-chart', query],
    queryFn: () => api.tracking.chart(query),
    placeholderData: keepPreviousData,
    refetchInterval: isRunning && LIVE_CURVE_MS,
  })

export const filesQuery = (source: FileSource, path: string) =>
  queryOptions({
    queryKey: ['tracking', 'files', source, path],
    queryFn: () => readerOf(source).list(path ? { path } : {}),
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
export const fileTextQuery = (source: FileSource, path: string) =>
  queryOptions({
    queryKey: ['tracking-file', source, path],
    queryFn: async () => (await readerOf(source).read(path)).text(),
    staleTime: 10_000,
  })

export const fileBytesQuery = (source: FileSource, path: string) =>
  queryOptions({
    queryKey: ['tracking-file', source, path, 'bytes'],
    queryFn: async () => new Uint8Array(await (await readerOf(source).read(path)).arrayBuffer()),
    staleTime: 60_000,
    gcTime: 10_000,
  })
