import type { RunSummary } from '@regia/core'
import { Link } from '@tanstack/react-router'
import { Ago } from '../kernel/ago.tsx'
import { Elapsed } from '../kernel/elapsed.tsx'
import { Empty } from '../kernel/empty.tsx'
import { plural } from '../kernel/format.ts'
import { healthOfStatus } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Progress } from '../kernel/progress.tsx'
import { Card } from '../kernel/section.tsx'
import { TriggerText } from '../runs/trigger-text.tsx'
import classes from './overview.module.css'

export function RecentRuns({ runs }: { readonly runs: readonly RunSummary[] }) {
  if (runs.length === 0) {
    return (
      <Card>
        <Empty command="regia run PIPELINE">No pipeline has run. Write one in pipelines/, then run it.</Empty>
      </Card>
    )
  }
  return (
    <Card>
      <ul>
        {runs.slice(0, 7).map((run) => (
          <li key={run.id} className={classes.run}>
            <Lamp health={healthOfStatus(run.status)} label={run.status} />
            <Link to="/runs/$id" params={{ id: run.id }}>
              {run.pipeline} #{run.number}
            </Link>
            <RunNote run={run} />
            <span className={classes.muted}>
              <Ago at={run.createdAt} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function RunNote({ run }: { readonly run: RunSummary }) {
  if (run.status === 'failed') return <span>{run.error?.message ?? 'failed'}</span>
  if (run.status === 'running' || run.status === 'queued') {
    return (
      <span>
        {run.finishedStepCount} of {plural(run.stepCount, 'step')} · <Elapsed from={run.startedAt} until={undefined} />
        <Progress value={run.finishedStepCount / Math.max(1, run.stepCount)} label={`${run.pipeline} #${run.number}`} />
      </span>
    )
  }
  return (
    <span className={classes.muted}>
      {plural(run.stepCount, 'step')}
      {run.cachedStepCount > 0 && `, ${run.cachedStepCount} from cache`} ·{' '}
      <Elapsed from={run.startedAt} until={run.finishedAt} /> · <TriggerText trigger={run.trigger} />
    </span>
  )
}
