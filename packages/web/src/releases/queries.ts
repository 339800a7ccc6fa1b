import type { LoggedPrediction } from '@regia/core'
import { queryOptions } from '@tanstack/react-query'
import { api } from '../kernel/api.ts'
import { TRAFFIC_INTERVAL_MS } from '../kernel/live-interval.ts'

/** The release that runs, else the last one, else `null`. */
export const releaseQuery = (endpoint: string) =>
  queryOptions({
    queryKey: ['endpoints', endpoint, 'release'],
    queryFn: async () => (await api.endpoints.release(endpoint)) ?? null,
    refetchInterval: TRAFFIC_INTERVAL_MS,
  })

/** How many of the newest predictions are searched for differences of a shadow. */
export const SEARCHED_PREDICTIONS = 1000

/** The newest predictions that a shadow has answered too. */
export const pairsQuery = (endpoint: string, version: number) =>
  queryOptions({
    queryKey: ['endpoints', endpoint, 'pairs', version],
    queryFn: async (): Promise<readonly LoggedPrediction[]> => {
      const { items } = await api.endpoints.predictions(endpoint, { limit: SEARCHED_PREDICTIONS })
      return items.filter(({ shadow }) => shadow?.version === version)
    },
    refetchInterval: TRAFFIC_INTERVAL_MS * 4,
  })
