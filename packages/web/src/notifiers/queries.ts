import { queryOptions } from '@tanstack/react-query'
import { api } from '../kernel/api.ts'

export const notifiersQuery = queryOptions({
  queryKey: ['notifiers', 'list'],
  queryFn: () => api.notifiers.list({ limit: 200 }),
})

export const notificationsQuery = queryOptions({
  queryKey: ['notifiers', 'notifications'],
  queryFn: () => api.notifiers.notifications({ limit: 100 }),
})
