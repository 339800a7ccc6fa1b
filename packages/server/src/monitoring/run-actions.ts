import { type Alert, durationMs, type MonitorAction, RegiaError, toIso } from '@regia/core'
import type { MonitoringDeps } from './monitoring-deps.ts'
import { triggerParams } from './trigger-params.ts'

type ActionResult = Alert['actions'][number]

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
  const obstacle = await findObstacle(deps, alert.monitor, action, eventTime)
  if (obstacle === undefined) return start(deps, alert, action, eventTime)
  return known.length > 0 ? undefined : { kind, pipeline, skippedBecause: obstacle }
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
): Promise<ActionResult> {
  try {
    const trigger = { kind: 'alert' as const, alertId: alert.id, monitor: alert.monitor }
    const runId = await runs.start({ pipeline, params: triggerParams(params, eventTime), trigger })
    return { kind, pipeline, runId }
  } catch (error) {
    // A pipeline that cannot start is no reason to lose the alert; whoever looks at it sees why.
    const reason = error instanceof RegiaError ? [error.message, error.hint].filter(Boolean).join(' ') : String(error)
    return { kind, pipeline, skippedBecause: reason }
  }
}
