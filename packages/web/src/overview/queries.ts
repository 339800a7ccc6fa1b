import { queryOptions } from '@tanstack/react-query'
import { api } from '../kernel/api.ts'

export const overviewQuery = queryOptions({ queryKey: ['overview'], queryFn: () => api.overview() })
