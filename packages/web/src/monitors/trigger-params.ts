import { durationMs, type JsonValue, type TriggerParam } from '@regia/core'

/**
 * The params that a monitor's action gives to its pipeline for an alert at `alertTime`: constants as they are,
 * times counted back from the alert.
 */
export function resolveTriggerParams(
  params: Readonly<Record<string, TriggerParam>>,
  alertTime: string,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(params).map(([name, param]) => [name, resolve(param, alertTime)]))
}

function resolve(param: TriggerParam, alertTime: string): unknown {
  if (!isRelative(param)) return param
  const at = new Date(Date.parse(alertTime) - durationMs(param.alertTime.minus)).toISOString()
  return param.alertTime.as === 'date' ? at.slice(0, 10) : at
}

type Relative = Extract<TriggerParam, { alertTime: { minus: string; as: 'date' | 'timestamp' } }>
const isRelative = (param: TriggerParam | JsonValue): param is Relative =>
  typeof param === 'object' && param !== null && 'alertTime' in param
