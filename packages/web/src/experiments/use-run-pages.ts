import type { SearchRuns } from '@regia/core'
import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { api } from '../kernel/api.ts'
import { isShort, nextPageSize } from './page-size.ts'
import { countQuery } from './queries.ts'
import type { RunsScope } from './run-request.ts'

/** As many rows are read again by themselves when runs change; of more it is only said that they are not the newest. */
const MOST_LIVE_ROWS = 600

/** Runs of any number, read by cursor as far as somebody has scrolled. */
export function useRunPages(scope: RunsScope, request: SearchRuns) {
  const queries = useQueryClient()
  const count = useQuery(countQuery(scope))
  // Read by the next request, so that a long way is made in few steps.
  const lastSeen = useRef(0)
  const query = useInfiniteQuery({
    queryKey: ['run-pages', request],
    queryFn: ({ pageParam }) =>
      api.tracking.search({
        ...request,
        limit: pageParam.limit || nextPageSize(pageParam.loaded, lastSeen.current),
        ...(pageParam.cursor !== undefined && { cursor: pageParam.cursor }),
      }),
    initialPageParam: { loaded: 0, limit: 0 } as PageParam,
    getNextPageParam: (last, pages) =>
      last.nextCursor === undefined
        ? undefined
        : { cursor: last.nextCursor, limit: 0, loaded: pages.reduce((sum, page) => sum + page.items.length, 0) },
    placeholderData: keepPreviousData,
    retry: false,
  })
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data])
  const { hasNextPage, isFetching, fetchNextPage } = query
  const onSeen = useCallback(
    (last: number) => {
      lastSeen.current = last
      if (hasNextPage && !isFetching && isShort(rows.length, last)) void fetchNextPage()
    },
    [hasNextPage, isFetching, fetchNextPage, rows.length],
  )
  const isStale = useFreshRows(count.dataUpdatedAt, rows.length, query)
  // From the top again: what was read far below it would all have to be read anew.
  const refresh = () => {
    queries.setQueryData<InfiniteData<RunPage, PageParam>>(
      ['run-pages', request],
      (data) => data && { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) },
    )
    void query.refetch()
  }
  return {
    rows,
    total: hasNextPage ? Math.max(count.data?.total ?? 0, rows.length) : rows.length,
    onSeen,
    isStale,
    refresh,
    isLoading: query.isPending,
    /** What is shown is of the view before. */
    isOld: query.isPlaceholderData,
    error: query.error,
  }
}

type PageParam = { readonly cursor?: string; readonly loaded: number; readonly limit: number }
type RunPage = Awaited<ReturnType<typeof api.tracking.search>>
type Pages = { readonly refetch: () => Promise<unknown>; readonly dataUpdatedAt: number }

/** The count is read again whenever something changed: the sign that the rows are old too. */
function useFreshRows(changedAt: number, rowCount: number, { refetch, dataUpdatedAt }: Pages) {
  const [isStale, setStale] = useState(false)
  const seen = useRef(changedAt)
  const isLong = rowCount > MOST_LIVE_ROWS
  useEffect(() => {
    if (changedAt <= seen.current) return
    const isFirst = seen.current === 0
    seen.current = changedAt
    if (isFirst) return
    if (isLong) setStale(true)
    else void refetch()
  }, [changedAt, isLong, refetch])
  useEffect(() => {
    if (dataUpdatedAt > 0) setStale(false)
  }, [dataUpdatedAt])
  return isStale
}
