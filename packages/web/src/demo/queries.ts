import { queryOptions } from '@tanstack/react-query'
import { api } from '../kernel/api.ts'

// React Query keeps no `undefined`; "no demo runs" is null.
export const demoQuery = queryOptions({ queryKey: ['demo'], queryFn: async () => (await api.demo.get()) ?? null })
