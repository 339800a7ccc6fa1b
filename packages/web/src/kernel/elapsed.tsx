import { formatDuration } from './format.ts'
import { elapsedMs } from './time.ts'
import { useNow } from './use-now.ts'

/** How long something took, or has been taking until now. */
export function Elapsed({ from, until }: { readonly from: string | undefined; readonly until: string | undefined }) {
  const now = useNow()
  return <>{formatDuration(elapsedMs(from, until, now))}</>
}
