import type { Alert } from '@regia/core'
import type { Action } from '../command.ts'
import type { Output } from '../output.ts'
import { formatNumber, formatTime } from './format.ts'
import { statusMark } from './status-mark.ts'

export const listAlerts: Action<{ status: string | undefined; monitor: string | undefined; limit: number }> = async (
  input,
  context,
) => {
  const { client } = await context.connect()
  const query = {
    limit: input.limit,
    ...(input.status && { status: input.status }),
    ...(input.monitor && { monitor: input.monitor }),
  }
  const page = await client.alerts.list(query)
  context.output.result(
    page,
    () => page.items.map((alert) => describeAlert(alert, context.output)).join('\n\n') || 'No alerts.',
  )
}

/** An alert with its window, its causes and what was done about it. */
export function describeAlert(alert: Alert, { style }: Output): string {
  const actions = alert.actions.map(
    ({ kind, pipeline, runId, skippedBecause }) => `  → ${kind} ${pipeline}: ${runId ?? skippedBecause ?? 'waiting'}`,
  )
  return [
    `${statusMark(alert.status, style)}  ${style.bold(alert.title)}  ${style.dim(alert.id)}`,
    `  ${alert.monitor}, version ${alert.version}, ${formatTime(alert.window.from)} to ${formatTime(alert.window.until)}: ${formatNumber(alert.value)} (threshold ${formatNumber(alert.threshold)})`,
    ...alert.causes.map(({ text }) => `  ${text}`),
    ...actions,
  ].join('\n')
}

export const acknowledgeAlert: Action<{ alert: string }> = async (input, context) => {
  const { client } = await context.connect()
  const alert = await client.alerts.acknowledge(input.alert)
  context.output.result(alert, () => describeAlert(alert, context.output))
}
