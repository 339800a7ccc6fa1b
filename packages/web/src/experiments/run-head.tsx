import type { TrackedRunDetail } from '@regia/core'
import { Ago } from '../kernel/ago.tsx'
import { Command } from '../kernel/command.tsx'
import { Elapsed } from '../kernel/elapsed.tsx'
import { formatDuration } from '../kernel/format.ts'
import { Columns, Stat } from '../kernel/section.tsx'
import { Changes, Commit } from './code-link.tsx'
import classes from './experiments.module.css'

const SOURCES = { track: 'track()', mlflow: 'an mlflow client', pipeline: 'a pipeline', import: 'an import' } as const

/** How it went, how long it took, who made it from what, and how it is made again. */
export function RunHead({ run }: { readonly run: TrackedRunDetail }) {
  const { status, startedAt, finishedAt, user, source } = run
  return (
    <div className={classes.stack}>
      <Columns min={200}>
        <Stat label="Status" value={status}>
          {finishedAt ? (
            <>
              ended <Ago at={finishedAt} />
            </>
          ) : (
            'not ended'
          )}
        </Stat>
        <Stat label="Took" value={<Took run={run} />}>
          started <Ago at={startedAt} />
        </Stat>
        <Stat label="By" value={user ?? 'nobody named'}>
          logged by {SOURCES[source]}
        </Stat>
        <Stat label="Code" value={<Commit run={run} />}>
          <Changes run={run} />
        </Stat>
      </Columns>
      {(source === 'track' || source === 'pipeline') && (
        <div className={classes.reproduce}>
          <span>Make it again, and compare what comes out</span>
          <Command text={`regia reproduce ${run.id}`} />
        </div>
      )}
    </div>
  )
}

function Took({ run: { startedAt, finishedAt, status } }: { readonly run: TrackedRunDetail }) {
  if (startedAt && finishedAt) return formatDuration(Date.parse(finishedAt) - Date.parse(startedAt))
  return startedAt && status === 'running' ? <Elapsed from={startedAt} until={undefined} /> : '–'
}
