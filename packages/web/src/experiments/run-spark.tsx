import type { TrackedRun } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Sparkline } from '../charts/sparkline.tsx'
import { loadSpark } from './spark-loader.ts'

/** How a metric went, in a cell. */
export function RunSpark({ run, metric }: { readonly run: TrackedRun; readonly metric: string }) {
  const { data } = useQuery({
    queryKey: ['tracking-spark', run.id, metric],
    queryFn: () => loadSpark(run.id, metric),
    staleTime: 60_000,
    refetchInterval: run.status === 'running' && 10_000,
  })
  if (!data || data.length < 2) return <>–</>
  return <Sparkline values={data} label={`${metric} of ${run.name}`} minimumSpan={1e-9} height={22} />
}
