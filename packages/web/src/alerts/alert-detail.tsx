import type { Alert } from '@regia/core'
import { Bars } from '../charts/bars.tsx'
import { RollbackButton } from '../endpoints/rollback-button.tsx'
import { Facts } from '../kernel/facts.tsx'
import { formatNumber, formatPercent } from '../kernel/format.ts'
import { LinkButton } from '../kernel/link-button.tsx'
import { formatSpan } from '../kernel/time.ts'
import { AlertActions } from './alert-actions.tsx'
import classes from './alerts.module.css'
import { RetrainButton } from './retrain-button.tsx'

/** An alert in full: what was measured, what moved, what was done, what can be done. */
export function AlertDetail({ alert }: { readonly alert: Alert }) {
  const causes = alert.causes.map((cause) => ({
    name: cause.column,
    value: cause.effect,
    text: `${formatPercent(cause.effect)} moved, importance ${formatPercent(cause.importance)}`,
  }))
  return (
    <div className={classes.detail}>
      <Facts
        items={[
          [
            'Measured',
            `${alert.metric ?? alert.column ?? alert.kind} ${formatNumber(alert.value)}, limit ${formatNumber(alert.threshold)}`,
          ],
          ['Window', `${formatSpan(alert.window.from, alert.window.until)} UTC`],
          ['Done', alert.actions.length > 0 ? <AlertActions key="done" alert={alert} /> : 'nothing yet'],
        ]}
      />
      <div>
        {causes.length > 0 && <Bars label="Columns that moved most" rows={causes} />}
        {alert.causes.map((cause) => cause.text && <p key={cause.column}>{cause.text}</p>)}
      </div>
      <div className={classes.acts}>
        <LinkButton to="/monitors/$name" params={{ name: alert.monitor }} search={{ window: alert.window.from }}>
          Why
        </LinkButton>
        <RollbackButton endpoint={alert.endpoint} />
        <RetrainButton alert={alert} />
      </div>
    </div>
  )
}
