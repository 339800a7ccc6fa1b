import { queryOptions } from '@tanstack/react-query'
import { api } from '../kernel/api.ts'

export const pipelineQuery = (name: string) =>
  queryOptions({ queryKey: ['pipelines', name], queryFn: () => api.pipelines.get(name) })

export const pipelineVersionsQuery = (name: string) =>
  queryOptions({
    queryKey: ['pipelines', name, 'versions'],
    queryFn: () => api.pipelines.versions(name, { limit: 500 }),
  })
