import type { Trigger } from '@regia/core'
import { Link } from '@tanstack/react-router'
import { formatMinute } from '../kernel/time.ts'

/** What started a run. */
export function TriggerText({ trigger }: { readonly trigger: Trigger }) {
  switch (trigger.kind) {
    case 'person':
      return <>by {trigger.by}</>
    case 'schedule':
      return (
        <>
          by schedule{' '}
          <Link to="/schedules" search={{ schedule: trigger.schedule }}>
            {trigger.schedule}
          </Link>
          {trigger.cause ? `: ${trigger.cause}` : trigger.at ? ` for ${formatMinute(trigger.at)} UTC` : ''}
        </>
      )
    case 'backfill':
      return (
        <>
          by{' '}
          <Link to="/backfills" search={{ backfill: trigger.backfillId }}>
            a back-fill
          </Link>
        </>
      )
    case 'alert':
      return (
        <>
          by{' '}
          <Link to="/alerts" search={{ status: 'all', alert: trigger.alertId }}>
            an alert of {trigger.monitor}
          </Link>
        </>
      )
  }
}
