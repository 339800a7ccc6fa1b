import type { StepRun } from '@regia/core'
import { Elapsed } from '../kernel/elapsed.tsx'
import { formatCount, formatPercent } from '../kernel/format.ts'

/** How a step is, in a few words. */
export function StateText({ stepRun }: { readonly stepRun: StepRun | undefined }) {
  if (!stepRun) return <>not run</>
  const { status, map, startedAt, finishedAt, progress } = stepRun
  if (map && status !== 'cached') return <>{mapText(map)}</>
  if (status === 'cached') return <>from cache</>
  if (status === 'paused') return <>waits for a person</>
  if (status === 'running') {
    return (
      <>
        {progress === undefined ? 'running' : formatPercent(progress)} · <Elapsed from={startedAt} until={undefined} />
      </>
    )
  }
  if (status === 'succeeded' || status === 'failed') {
    return (
      <>
        {status === 'failed' && 'failed · '}
        <Elapsed from={startedAt} until={finishedAt} />
      </>
    )
  }
  return <>{status}</>
}

export function mapText(map: NonNullable<StepRun['map']>): string {
  const done = map.succeeded + map.cached
  const failed = map.failed > 0 ? ` · ${formatCount(map.failed)} failed` : ''
  return `${formatCount(done)} of ${formatCount(map.total)}${failed}`
}
