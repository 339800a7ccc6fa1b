import { durationMs, type JsonValue, type TriggerParam, toIso, triggerParamSchema } from '@regia/core'

/** The parameters of a triggered run: constants as they are, times relative to the alert's as dates or timestamps. */
export function triggerParams(
  params: Readonly<Record<string, TriggerParam>>,
  alertTime: number,
): Readonly<Record<string, JsonValue>> {
  return Object.fromEntries(Object.entries(params).map(([name, param]) => [name, resolve(param, alertTime)]))
}

function resolve(param: TriggerParam, alertTime: number): JsonValue {
  if (!isAlertTime(param)) return param as JsonValue
  const { minus, as } = param.alertTime
  const text = toIso(alertTime - durationMs(minus))
  return as === 'date' ? text.slice(0, 10) : text
}

type AlertTime = Extract<TriggerParam, { readonly alertTime: { readonly minus: string } }>

const [alertTimeSchema] = triggerParamSchema.options

const isAlertTime = (param: TriggerParam): param is AlertTime => alertTimeSchema.safeParse(param).success
