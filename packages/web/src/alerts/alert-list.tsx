import type { Alert } from '@regia/core'
import { useState } from 'react'
import { Ago } from '../kernel/ago.tsx'
import { Empty } from '../kernel/empty.tsx'
import type { Health } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Card } from '../kernel/section.tsx'
import { formatSpan } from '../kernel/time.ts'
import { AcknowledgeButton } from './acknowledge-button.tsx'
import { AlertDetail } from './alert-detail.tsx'
import classes from './alerts.module.css'
import { CauseLine } from './cause-line.tsx'

type AlertListProps = {
  readonly alerts: readonly Alert[]
  readonly status?: string
  readonly open: string | undefined
  readonly onOpen: (alert: string | undefined) => void
  readonly isCompact?: boolean
}

const LAMPS: Readonly<Record<Alert['status'], Health>> = { open: 'attention', acknowledged: 'unknown', closed: 'well' }
const FIRST = 50
const FIRST_COMPACT = 8

/** Alerts with their causes; one can be spread out. */
export function AlertList({ alerts, status = 'all', open, onOpen, isCompact = false }: AlertListProps) {
  const [most, setMost] = useState(isCompact ? FIRST_COMPACT : FIRST)
  if (alerts.length === 0) {
    return (
      <Card>
        <Empty>
          {status === 'all' ? 'No alert has been raised.' : `No alert is ${status}.`} An alert is raised when several
          windows in a row drift from training or score too low; it names the columns that moved most.
        </Empty>
      </Card>
    )
  }
  return (
    <Card>
      <ul>
        {alerts.slice(0, most).map((alert) => (
          <li key={alert.id} className={classes.alert}>
            <Lamp health={LAMPS[alert.status]} label={alert.status} />
            <div>
              {isCompact ? (
                <b>{alert.title}</b>
              ) : (
                <button
                  type="button"
                  aria-expanded={open === alert.id}
                  onClick={() => onOpen(open === alert.id ? undefined : alert.id)}
                >
                  {alert.title}
                </button>
              )}
              <p>
                {alert.endpoint} v{alert.version} · <CauseLine alert={alert} /> · window{' '}
                {formatSpan(alert.window.from, alert.window.until)}
              </p>
            </div>
            <small>
              <Ago at={alert.openedAt} />
              <br />
              {alert.status}
            </small>
            <AcknowledgeButton alert={alert} />
            {open === alert.id && !isCompact && <AlertDetail alert={alert} />}
          </li>
        ))}
      </ul>
      {alerts.length > most && (
        <button type="button" className={classes.more} onClick={() => setMost(most + 500)}>
          {alerts.length - most} more
        </button>
      )}
    </Card>
  )
}
