import { queryOptions } from '@tanstack/react-query'
import { api } from '../kernel/api.ts'

export const runQuery = (id: string) => queryOptions({ queryKey: ['runs', id], queryFn: () => api.runs.get(id) })

export const runMetricsQuery = (id: string) =>
  queryOptions({ queryKey: ['runs', id, 'metrics'], queryFn: () => api.runs.metrics(id) })

export const previewQuery = (id: string, step: string, output: string) =>
  queryOptions({
    queryKey: ['preview', id, step, output],
    queryFn: () => api.runs.preview(id, step, output, { limit: 20 }),
    staleTime: Number.POSITIVE_INFINITY,
  })

const LAST_RUNS = 6

export const lastRunsQuery = (pipeline: string) =>
  queryOptions({
    queryKey: ['runs', 'last', pipeline],
    queryFn: () => api.runs.list({ pipeline, limit: LAST_RUNS }),
  })
