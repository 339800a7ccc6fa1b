import type { Page } from '@regia/core'
import { keepPreviousData, type QueryKey, useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'

const PAGE_SIZE = 200

type Read<Row> = (query: { readonly limit: number; readonly cursor?: string }) => Promise<Page<Row>>

/** A list of any length, read page by page as it is scrolled. */
export function usePages<Row>(queryKey: QueryKey, read: Read<Row>) {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => read({ limit: PAGE_SIZE, ...(pageParam !== undefined && { cursor: pageParam }) }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
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
