import type { Backfill } from '@regia/core'
import { api } from '../kernel/api.ts'
import { ConfirmAction } from '../kernel/confirm-action.tsx'
import { plural } from '../kernel/format.ts'
import classes from './schedules.module.css'

/** Stop it, or run again what failed. */
export function BackfillActions({
  backfill: { id, status, failed, total, succeeded },
}: {
  readonly backfill: Backfill
}) {
  if (status === 'succeeded') return null
  return (
    <span className={classes.acts}>
      {status === 'running' ? (
        <ConfirmAction
          label="Cancel"
          title="Cancel this back-fill?"
          act={() => api.backfills.cancel(id)}
          done="The back-fill was cancelled"
        >
          <p>Runs that go on are cancelled, those that wait do not start. What has succeeded stays.</p>
        </ConfirmAction>
      ) : (
        <ConfirmAction
          label="Restart"
          title="Run again what is missing?"
          act={() => api.backfills.restart(id)}
          done="The back-fill goes on"
        >
          <p>
            {plural(total - succeeded, 'window')} of {total} run again{failed > 0 && `, ${failed} of them failed`}.
          </p>
        </ConfirmAction>
      )}
    </span>
  )
}
