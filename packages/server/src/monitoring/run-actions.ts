import {
  type Alert,
  digestOfJson,
  durationMs,
  ID_PREFIXES,
  idSchema,
  type MonitorAction,
  RegiaError,
  type RunId,
  toIso,
} from '@regia/core'
import type { MonitoringDeps } from './monitoring-deps.ts'
import { triggerParams } from './trigger-params.ts'

type ActionResult = Alert['actions'][number]

/** As long as the ids that the factory makes. */
const ID_LENGTH = 26

/**
 * Does what a monitor's spec says about an open alert: starts each action that neither runs nor cools down, and notes why not otherwise.
 *
 * @param eventTime - Of what was seen now; cooldowns count in it, and parameters are relative to it.
 */
export async function runActions(
  deps: MonitoringDeps,
  alert: Alert,
  actions: readonly MonitorAction[],
  eventTime: number,
): Promise<Alert> {
  let current = alert
  for (const action of actions) {
    const result = await runAction(deps, alert, action, eventTime)
    if (!result) continue
    const others = current.actions.filter((known) => known.runId !== undefined || known.pipeline !== action.pipeline)
    current = { ...current, actions: [...others, result] }
    await deps.store.transaction(async (connection) => {
      await deps.store.putAlert(connection, current)
      if (result.runId === undefined) return
      await deps.store.putAction(connection, alert.monitor, action.pipeline, eventTime, result.runId)
    })
    deps.publish('alert', alert.id)
  }
  return current
}

/** @returns Nothing where the alert already says what there is to say. */
async function runAction(
  deps: MonitoringDeps,
  alert: Alert,
  action: MonitorAction,
  eventTime: number,
): Promise<ActionResult | undefined> {
  const { kind, pipeline } = action
  const known = alert.actions.filter((result) => result.pipeline === pipeline)
  const id = nextRunId(alert, pipeline)
  if (await deps.runs.exists(id)) return { kind, pipeline, runId: id }
  const obstacle = await findObstacle(deps, alert.monitor, action, eventTime)
  if (obstacle === undefined) return start(deps, alert, action, eventTime, id)
  return known.length > 0 ? undefined : { kind, pipeline, skippedBecause: obstacle }
}

/**
 * The id of the next run that an alert starts, made from what is noted of it: whoever dies between starting a run and noting it finds the
 * same run again and starts no second one.
 */
function nextRunId(alert: Alert, pipeline: string): RunId {
  const started = alert.actions.filter((result) => result.pipeline === pipeline && result.runId !== undefined)
  const name = digestOfJson({ alert: alert.id, pipeline, number: started.length + 1 })
  return idSchema('run').parse(`${ID_PREFIXES.run}_${name.slice('sha256:'.length).slice(0, ID_LENGTH)}`)
}

async function findObstacle(
  { store, runs }: MonitoringDeps,
  monitor: string,
  { pipeline, cooldown }: MonitorAction,
  eventTime: number,
): Promise<string | undefined> {
  const last = await store.lastActionAt(monitor, pipeline)
  const coolUntil = last === undefined ? undefined : last + durationMs(cooldown)
  if (coolUntil !== undefined && eventTime < coolUntil)
    return `It was retrained lately; the cooldown ends at ${toIso(coolUntil)}.`
  return (await runs.isRunning(pipeline)) ? `A run of "${pipeline}" is under way.` : undefined
}

async function start(
  { runs }: MonitoringDeps,
  alert: Alert,
  { kind, pipeline, params }: MonitorAction,
  eventTime: number,
  id: RunId,
): Promise<ActionResult> {
  try {
    const trigger = { kind: 'alert' as const, alertId: alert.id, monitor: alert.monitor }
    const runId = await runs.start({ id, pipeline, params: triggerParams(params, eventTime), trigger })
    return { kind, pipeline, runId }
  } catch (error) {
    // A pipeline that cannot start is no reason to lose the alert; whoever looks at it sees why.
    const reason = error instanceof RegiaError ? [error.message, error.hint].filter(Boolean).join(' ') : String(error)
    return { kind, pipeline, skippedBecause: reason }
  }
}
