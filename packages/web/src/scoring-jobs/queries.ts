import { queryOptions } from '@tanstack/react-query'
import { api } from '../kernel/api.ts'

export const scoringJobQuery = (id: string) =>
  queryOptions({ queryKey: ['scoring-jobs', id], queryFn: () => api.scoringJobs.get(id) })

export const modelNamesQuery = queryOptions({
  queryKey: ['models', 'names'],
  queryFn: () => api.models.list({ limit: 500 }),
})

export const datasetNamesQuery = queryOptions({
  queryKey: ['datasets', 'names'],
  queryFn: () => api.datasets.list({ limit: 500 }),
})
