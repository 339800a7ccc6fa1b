import { RegiaError } from '@regia/core'
import { QueryClient } from '@tanstack/react-query'

// Only a server that was not there may be there the next time; every other answer would be the same again.
const isWorthRetrying = (error: Error) => !(error instanceof RegiaError) || error.code === 'UNAVAILABLE'

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      gcTime: 120_000,
      retry: (failures, error) => failures < 2 && isWorthRetrying(error),
      retryDelay: (failures) => 500 * 2 ** failures,
    },
  },
})
