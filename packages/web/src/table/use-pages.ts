import type { Page } from '@regia/core'
import { keepPreviousData, type QueryKey, useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'

const PAGE_SIZE = 200
const MOST_LIVE_PAGES = 3
const LIVE_MS = 2000

type Read<Row> = (query: { readonly limit: number; readonly cursor?: string }) => Promise<Page<Row>>

/** A list of any length, read page by page as it is scrolled. A live one is read again and again while it is short enough for that. */
export function usePages<Row>(queryKey: QueryKey, read: Read<Row>, { isLive = false, pageSize = PAGE_SIZE } = {}) {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => read({ limit: pageSize, ...(pageParam !== undefined && { cursor: pageParam }) }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => isLive && (state.data?.pages.length ?? 0) <= MOST_LIVE_PAGES && LIVE_MS,
  })
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = query
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data])
  const onMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  return {
    rows,
    total: data?.pages[0]?.total ?? 0,
    onMore,
    isLoading: query.isPending,
    error: query.error,
    refetch: query.refetch,
  }
}
