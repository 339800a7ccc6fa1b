import type { Alert, MonitorAction } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { api } from '../kernel/api.ts'
import { ConfirmAction } from '../kernel/confirm-action.tsx'
import { formatCell } from '../kernel/format.ts'
import { monitorQuery } from '../monitors/queries.ts'
import { resolveTriggerParams } from '../monitors/trigger-params.ts'

/** Starts the pipeline that the monitor names for this alert, from its stored code. */
export function RetrainButton({ alert }: { readonly alert: Alert }) {
  const { data: monitor } = useQuery(monitorQuery(alert.monitor))
  const action = monitor?.spec.actions[0]
  if (!action) return null
  return <Retrain alert={alert} action={action} />
}

function Retrain({ alert, action }: { readonly alert: Alert; readonly action: MonitorAction }) {
  const params = resolveTriggerParams(action.params, alert.window.until)
  const run = () =>
    api.pipelines.run(action.pipeline, {
      params,
      trigger: { kind: 'alert', alertId: alert.id, monitor: alert.monitor },
    })
  return (
    <ConfirmAction
      label="Retrain"
      title={`Retrain with ${action.pipeline}?`}
      isPrimary
      act={run}
      done={`${action.pipeline} was started`}
    >
      <p>The stored code of the pipeline runs again. Its checks decide whether the new version goes into shadow.</p>
      {Object.entries(params).map(([name, value]) => (
        <p key={name}>
          <code>
            {name} = {formatCell(value)}
          </code>
        </p>
      ))}
    </ConfirmAction>
  )
}
