import { formatExact, formatRelative } from './time.ts'
import { useNow } from './use-now.ts'

/** A moment as people say it, the exact one on hover. */
export function Ago({ at }: { readonly at: string | undefined }) {
  const now = useNow()
  if (!at) return <>–</>
  return (
    <time dateTime={at} title={formatExact(at)}>
      {formatRelative(at, now)}
    </time>
  )
}
