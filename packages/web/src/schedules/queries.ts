import { queryOptions } from '@tanstack/react-query'
import { api } from '../kernel/api.ts'

export const schedulesQuery = (pipeline: string | undefined) =>
  queryOptions({
    queryKey: ['schedules', 'list', pipeline ?? ''],
    queryFn: () => api.schedules.list({ limit: 500, ...(pipeline !== undefined && { pipeline }) }),
  })

export const firingsQuery = (name: string) =>
  queryOptions({ queryKey: ['schedules', name, 'firings'], queryFn: () => api.schedules.firings(name, { limit: 50 }) })

export const timesQuery = (cron: string, timezone: string) =>
  queryOptions({
    queryKey: ['schedule-times', cron, timezone],
    queryFn: () => api.schedules.preview({ cron, timezone, count: 5 }),
    retry: false,
  })

export const backfillsQuery = (pipeline: string | undefined) =>
  queryOptions({
    queryKey: ['backfills', 'list', pipeline ?? ''],
    queryFn: () => api.backfills.list({ limit: 200, ...(pipeline !== undefined && { pipeline }) }),
  })

const MOST_WINDOWS = 1000

export const backfillItemsQuery = (id: string) =>
  queryOptions({
    queryKey: ['backfills', id, 'items'],
    queryFn: () => api.backfills.items(id, { limit: MOST_WINDOWS }),
  })

export const pipelineNamesQuery = queryOptions({
  queryKey: ['pipelines', 'names'],
  queryFn: () => api.pipelines.list({ limit: 500 }),
})
