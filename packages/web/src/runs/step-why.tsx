import type { StepRun } from '@regia/core'
import { Link } from '@tanstack/react-router'
import { ApprovalFacts } from '../approvals/approval-facts.tsx'
import { ErrorNote } from '../kernel/error-note.tsx'
import { formatPercent, shortDigest } from '../kernel/format.ts'
import { Progress } from '../kernel/progress.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import { Attempts } from './attempts.tsx'
import classes from './runs.module.css'

/** Why a step ran or came from the cache: the parts of its key, and which of them changed. */
export function StepWhy({ stepRun }: { readonly stepRun: StepRun | undefined }) {
  if (!stepRun) return <p className={classes.muted}>This step has not run in the version that is shown.</p>
  const { cache, error, progress } = stepRun
  return (
    <div className={classes.stack}>
      {error && <ErrorNote error={error} />}
      {stepRun.status === 'running' && progress !== undefined && (
        <div>
          <p className={classes.muted}>
            {formatPercent(progress)} {stepRun.progressMessage}
          </p>
          <Progress value={progress} label="Progress" />
        </div>
      )}
      {stepRun.approval && <ApprovalFacts approval={stepRun.approval} />}
      {cache ? <CacheWhy cache={cache} /> : <p className={classes.muted}>{waitText(stepRun)}</p>}
      <Attempts attempts={stepRun.attempts} />
    </div>
  )
}

function waitText({ status }: StepRun): string {
  if (status === 'skipped') return 'Skipped: its condition was false, or a step that it needs was skipped.'
  return status === 'waiting'
    ? 'Waits for its inputs; the cache is asked when they are there.'
    : 'The cache was not asked.'
}

function CacheWhy({ cache }: { readonly cache: NonNullable<StepRun['cache']> }) {
  const changed = new Map(cache.changed.map((change) => [change.part, change]))
  return (
    <Section title={cache.hit ? 'From the cache' : 'It ran'}>
      <p className={classes.reason}>
        {cache.reason}
        {cache.sourceRunId && (
          <>
            {' '}
            <Link to="/runs/$id" params={{ id: cache.sourceRunId }}>
              The run that made it
            </Link>
          </>
        )}
      </p>
      <Card>
        <PlainTable
          label="Parts of the cache key"
          rows={partsOf(cache)}
          keyOf={([part]) => part}
          columns={[
            { id: 'part', title: 'Part of the key', cell: ([part]) => (changed.has(part) ? <b>{part}</b> : part) },
            { id: 'now', title: 'Now', cell: ([, value]) => <code title={value}>{shortValue(value)}</code> },
            {
              id: 'before',
              title: 'Run before',
              cell: ([part]) => {
                const change = changed.get(part)
                if (!change) return <span className={classes.muted}>the same</span>
                return change.before ? <code title={change.before}>{shortValue(change.before)}</code> : 'was not there'
              },
            },
          ]}
        />
      </Card>
    </Section>
  )
}

// What changed stands first; a part that is gone now is only among the changes.
function partsOf(cache: NonNullable<StepRun['cache']>): readonly (readonly [string, string])[] {
  const changed = cache.changed.map(({ part, now }) => [part, now ?? ''] as const)
  const same = Object.entries(cache.parts).filter(([part]) => !cache.changed.some((change) => change.part === part))
  return [...changed, ...same]
}

const shortValue = (value: string) => {
  if (value.startsWith('sha256:')) return shortDigest(value)
  return value === '' ? 'gone' : value.length > 60 ? `${value.slice(0, 59)}…` : value
}
