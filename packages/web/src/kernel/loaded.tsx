import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import classes from './kernel.module.css'
import { Problem } from './problem.tsx'

type LoadedProps<Data> = {
  readonly query: UseQueryResult<Data>
  /** Height that the content will have, so that nothing jumps when it comes. */
  readonly height: number
  readonly children: (data: NonNullable<Data>) => ReactNode
}

/** A query's content; until it is there its place is kept, and when it fails the error says why. What was read before stays. */
export function Loaded<Data>({ query, height, children }: LoadedProps<Data>) {
  const { data, error } = query
  if (data !== undefined && data !== null) {
    return (
      <>
        {error && <div className={classes.stale}>Not up to date: {error.message}</div>}
        {children(data)}
      </>
    )
  }
  if (error) return <Problem error={error} onRetry={() => void query.refetch()} />
  return <Skeleton height={height} />
}

export function Skeleton({ height }: { readonly height: number }) {
  return <div className={classes.skeleton} style={{ height }} role="status" aria-label="Loading" />
}
