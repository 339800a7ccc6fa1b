import {
  type Alert,
  alertTransitions,
  createSketcher,
  durationMs,
  evaluateWindow,
  type MonitorSpec,
  toIso,
  type WindowResult,
  windowStart,
} from '@regia/core'
import type { Connection } from '../database/database.ts'
import { type DueWindow, dueWindows, labelDelayOf } from './due-windows.ts'
import type { StoredMonitor, StoredWindow } from './monitor-store.ts'
import type { MonitoredVersion, MonitoringDeps } from './monitoring-deps.ts'
import { runActions } from './run-actions.ts'

/** Windows with too few rows or labels do not count for the rule; so many more are read to find enough that do. */
const HISTORY_FACTOR = 10

/** Judges every window about which something new can be said, opens and closes alerts, and acts on them. */
export async function evaluateMonitor(deps: MonitoringDeps, { spec, settledUntil }: StoredMonitor): Promise<void> {
  const { store, endpoints } = deps
  await endpoints.flush(spec.endpoint)
  const watermark = await endpoints.findWatermark(spec.endpoint)
  if (watermark === undefined) return
  const length = durationMs(spec.window)
  if (spec.reference === 'window') await takeLastWindow(deps, spec, watermark)
  // A changed window length begins a new grid; no window may reach back over what is settled.
  // Where events went back in time, what lies before them is looked through once more; final verdicts stay.
  const settled = settledUntil === undefined || settledUntil > watermark ? 0 : settledUntil
  const from = Math.ceil(settled / length) * length
  const hours = await endpoints.hours(spec.endpoint, from, watermark + 1)
  const stored = await store.windowsFrom(spec.name, from)
  await judgeDue(deps, spec, dueWindows(spec, watermark, hours, stored.map(judgedKey)))
  await refreshOpen(deps, spec, stored, watermark)
  await settle(deps, spec, watermark)
  await closeReplaced(deps, spec, watermark)
  await actOnForgotten(deps, spec, watermark)
}

/** The last window that is over; a monitor looks at each as soon as it is, so this is the first that has enough predictions. */
async function takeLastWindow({ endpoints }: MonitoringDeps, spec: MonitorSpec, watermark: number): Promise<void> {
  const length = durationMs(spec.window)
  const until = windowStart(watermark, length)
  await endpoints.takeReference(spec.endpoint, { from: until - length, until }, spec.drift.minimumRows)
}

const judgedKey = ({ result, isFinal }: StoredWindow) => ({
  version: result.version,
  from: Date.parse(result.from),
  isFinal,
})

async function judgeDue(deps: MonitoringDeps, spec: MonitorSpec, due: readonly DueWindow[]): Promise<void> {
  for (const window of due) {
    const version = await deps.endpoints.findVersion(spec.endpoint, window.version)
    if (!version) continue
    const result = await judge(deps, spec, version, window)
    const open = await deps.store.transaction((connection) => keep(deps, connection, spec, version, window, result))
    deps.publish('monitor', spec.name)
    for (const alert of open) await runActions(deps, alert, spec.actions, window.dueAt)
  }
}

async function judge(
  { endpoints, clock }: MonitoringDeps,
  spec: MonitorSpec,
  { profile }: MonitoredVersion,
  { version, from, until, isFinal }: DueWindow,
): Promise<WindowResult> {
  const sketcher = createSketcher(profile)
  const sketches = await endpoints.sketches(spec.endpoint, version, from, until)
  const sketch = sketcher.merge(sketches.map(sketcher.fromJson))
  return evaluateWindow(spec, profile, { version, fromMs: from, untilMs: until, sketch, isFinal }, clock())
}

/** Window and alerts change together: a restart finds both or neither, so that no alert opens twice for one window. */
async function keep(
  { store, newId, clock, publish }: MonitoringDeps,
  connection: Connection,
  spec: MonitorSpec,
  { importance }: MonitoredVersion,
  window: DueWindow,
  result: WindowResult,
): Promise<readonly Alert[]> {
  await store.putWindow(connection, { result, isFinal: window.isFinal })
  const limit = spec.consecutiveWindows * HISTORY_FACTOR
  const history = await store.history(connection, spec.name, window.version, limit)
  const open = (await store.openAlerts(connection, spec.name)).filter(({ version }) => version === window.version)
  const options = { importance, newId: () => newId('alert'), at: toIso(clock()) }
  const { opened, continued, closed } = alertTransitions(spec, history, open, options)
  for (const alert of [...opened, ...continued, ...closed]) await store.putAlert(connection, alert)
  for (const { id } of [...opened, ...closed]) publish('alert', id)
  return [...opened, ...continued]
}

/** Between its end and its final verdict a window is shown with the labels that have come so far. No alert hangs on it. */
async function refreshOpen(
  deps: MonitoringDeps,
  spec: MonitorSpec,
  stored: readonly StoredWindow[],
  watermark: number,
): Promise<void> {
  for (const { result, isFinal } of stored) {
    const [from, until] = [Date.parse(result.from), Date.parse(result.until)]
    if (isFinal || until + labelDelayOf(spec) <= watermark) continue
    const version = await deps.endpoints.findVersion(spec.endpoint, result.version)
    if (!version) continue
    const window = { version: result.version, from, until, isFinal: false, dueAt: until }
    const refreshed = await judge(deps, spec, version, window)
    if (refreshed.performance?.labelCount === result.performance?.labelCount) continue
    await deps.store.transaction((connection) =>
      deps.store.putWindow(connection, { result: { ...refreshed, drift: result.drift }, isFinal: false }),
    )
    deps.publish('monitor', spec.name)
  }
}

/** What lies so far back that every window of it is final need not be looked at again. */
async function settle({ store }: MonitoringDeps, spec: MonitorSpec, watermark: number): Promise<void> {
  const settled = windowStart(watermark - labelDelayOf(spec), durationMs(spec.window))
  await store.transaction((connection) => store.putSettledUntil(connection, spec.name, settled))
}

/** An alert about a version that serves no longer has found its answer. */
async function closeReplaced(deps: MonitoringDeps, spec: MonitorSpec, watermark: number): Promise<void> {
  const { store, endpoints, clock, publish } = deps
  const serving = endpoints.servingVersion(spec.endpoint)
  if (serving === undefined) return
  for (const alert of await store.openAlerts(store.connection, spec.name)) {
    // Its windows may still be on their way: the version is gone for good once a whole window passed without it.
    const last = await endpoints.hours(spec.endpoint, watermark - durationMs(spec.window), watermark + 1)
    if (alert.version === serving || last.some(({ version }) => version === alert.version)) continue
    const closed = { ...alert, status: 'closed' as const, closedAt: toIso(clock()) }
    await store.transaction((connection) => store.putAlert(connection, closed))
    publish('alert', alert.id)
  }
}

/** The process may have died between opening an alert and acting on it. */
async function actOnForgotten(deps: MonitoringDeps, spec: MonitorSpec, watermark: number): Promise<void> {
  for (const alert of await deps.store.openAlerts(deps.store.connection, spec.name)) {
    if (alert.actions.length === 0) await runActions(deps, alert, spec.actions, watermark)
  }
}
