import { Button } from '@mantine/core'
import type { ScoringJob } from '@regia/core'
import { api } from '../kernel/api.ts'
import { ConfirmAction } from '../kernel/confirm-action.tsx'
import classes from './scoring-jobs.module.css'

type JobActionsProps = {
  readonly job: ScoringJob
  /** Called before it goes: what shows it would ask for it in vain. */
  readonly onDelete: () => void
}

/** Stop it, fetch what came of it, or throw it away. */
export function JobActions({ job: { id, status, result }, onDelete }: JobActionsProps) {
  if (status === 'queued' || status === 'running') {
    return (
      <ConfirmAction
        label="Cancel"
        title="Cancel this scoring job?"
        act={() => api.scoringJobs.cancel(id)}
        done="The scoring job was cancelled"
        same={() => sameAs(id, 'cancel', `POST /api/v1/scoring-jobs/${id}/cancel`)}
      >
        <p>What was scored so far is thrown away.</p>
      </ConfirmAction>
    )
  }
  return (
    <span className={classes.acts}>
      {result && (
        <Button component="a" href={`/api/v1/scoring-jobs/${id}/result`} download>
          Download
        </Button>
      )}
      {!result?.dataset && (
        <ConfirmAction
          label="Delete"
          title="Delete this scoring job?"
          act={() => {
            onDelete()
            return api.scoringJobs.delete(id)
          }}
          done="The scoring job was deleted"
          same={() => sameAs(id, 'delete', `DELETE /api/v1/scoring-jobs/${id}`)}
        >
          <p>
            {result ? 'It goes with its result, which can then be downloaded no more' : 'Nothing came of it; it goes'}.
            This cannot be undone.
          </p>
        </ConfirmAction>
      )}
    </span>
  )
}

const sameAs = (id: string, act: 'cancel' | 'delete', http: string) => ({
  cli: `regia scoring-jobs ${act} ${id}`,
  http,
})
