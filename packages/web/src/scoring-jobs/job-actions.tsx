import { Button } from '@mantine/core'
import type { ScoringJob } from '@regia/core'
import { api } from '../kernel/api.ts'
import { ConfirmAction } from '../kernel/confirm-action.tsx'

/** Stop it, or fetch what came of it. */
export function JobActions({ job: { id, status, result } }: { readonly job: ScoringJob }) {
  if (status === 'queued' || status === 'running') {
    return (
      <ConfirmAction
        label="Cancel"
        title="Cancel this scoring job?"
        act={() => api.scoringJobs.cancel(id)}
        done="The scoring job was cancelled"
      >
        <p>What was scored so far is thrown away.</p>
      </ConfirmAction>
    )
  }
  if (!result) return null
  return (
    <Button component="a" href={`/api/v1/scoring-jobs/${id}/result`} download>
      Download
    </Button>
  )
}
