import type { Trigger } from '@regia/core'
import { Link } from '@tanstack/react-router'

/** What started a run. */
export function TriggerText({ trigger }: { readonly trigger: Trigger }) {
  if (trigger.kind === 'person') return <>by {trigger.by}</>
  if (trigger.kind === 'schedule') return <>by schedule {trigger.schedule}</>
  if (trigger.kind === 'backfill') return <>by a back-fill</>
  return (
    <>
      by{' '}
      <Link to="/alerts" search={{ status: 'all', alert: trigger.alertId }}>
        an alert of {trigger.monitor}
      </Link>
    </>
  )
}
