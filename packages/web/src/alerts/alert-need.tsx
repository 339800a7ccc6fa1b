import type { Alert } from '@regia/core'
import { RollbackButton } from '../endpoints/rollback-button.tsx'
import { Lamp } from '../kernel/lamp.tsx'
import { LinkButton } from '../kernel/link-button.tsx'
import { formatSpan } from '../kernel/time.ts'
import classes from '../overview/overview.module.css'
import { AcknowledgeButton } from './acknowledge-button.tsx'
import { AlertActions } from './alert-actions.tsx'
import { CauseLine } from './cause-line.tsx'
import { RetrainButton } from './retrain-button.tsx'

/** An open alert as it asks for a person: what, since when, why, and what to do. */
export function AlertNeed({ alert }: { readonly alert: Alert }) {
  return (
    <>
      <Lamp health="attention" label="alert" />
      <div>
        <b>{alert.title.includes(alert.endpoint) ? alert.title : `${alert.endpoint}: ${alert.title}`}</b>
        <p>
          <CauseLine alert={alert} /> · window {formatSpan(alert.window.from, alert.window.until)} UTC
          <AlertActions alert={alert} />
        </p>
      </div>
      <div className={classes.acts}>
        <LinkButton to="/monitors/$name" params={{ name: alert.monitor }} search={{ window: alert.window.from }}>
          Why
        </LinkButton>
        <AcknowledgeButton alert={alert} />
        <RollbackButton endpoint={alert.endpoint} />
        <RetrainButton alert={alert} />
      </div>
    </>
  )
}
