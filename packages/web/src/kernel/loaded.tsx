import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import classes from './kernel.module.css'
import { Problem } from './problem.tsx'

type LoadedProps<Data> = {
  readonly query: UseQueryResult<Data>
  /** Height that the content will have, so that nothing jumps when it comes: of each block from top to bottom, several side by side in a list. */
  readonly height: number | readonly (number | readonly number[])[]
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
  return typeof height === 'number' ? <Skeleton height={height} /> : <SkeletonRows rows={height} />
}

function SkeletonRows({ rows }: { readonly rows: readonly (number | readonly number[])[] }) {
  return rows.map((row, i) => {
    const heights = typeof row === 'number' ? [row] : row
    return (
      <div key={rowName(i)} className={classes.skeletonRow}>
        {heights.map((height, j) => (
          <Skeleton key={rowName(j)} height={height} />
        ))}
      </div>
    )
  })
}

// Blocks of a skeleton have no names of their own.
const rowName = (index: number) => `row ${index}`

export function Skeleton({ height }: { readonly height: number }) {
  return <div className={classes.skeleton} style={{ height }} role="status" aria-label="Loading" />
}
