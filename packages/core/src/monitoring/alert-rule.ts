import type { AlertId } from '../kernel/index.ts'
import { PREDICTION, severity } from './drift-report.ts'
import type { Alert, ColumnDrift, MonitorSpec, WindowResult } from './monitor.ts'

/** Alerts without actions: what is done about them, their keeper adds. */
export type AlertTransitions = {
  readonly opened: readonly Alert[]
  /** Open alerts that go on, with the figures of the latest window. */
  readonly continued: readonly Alert[]
  readonly closed: readonly Alert[]
}

export type AlertRuleOptions = {
  /** How much each column counts for the model, such as its feature importance; 1 where absent. */
  readonly importance?: { readonly [column: string]: number }
  readonly newId: () => AlertId
  /** Noted as `openedAt` and `closedAt`, ISO-8601. */
  readonly at: string
}

/**
 * What the latest window changes about a monitor's alerts.
 *
 * With k = `consecutiveWindows`, and windows with too few rows or labels left out:
 * - *Drift* opens when one and the same column has drifted in each of the last k windows and no open alert names it yet. The alert names every
 *   column that has moved by then, so that one fault makes one alert; a column that moves later makes another. It closes when none of its
 *   columns has drifted in any of the last k.
 * - *Performance* opens when each of the last k final windows is below the minimum and so is the upper bound of their mean: a few windows
 *   that are unlucky together are not enough. It closes when none of the last k is below.
 *
 * Under a constant distribution a drift alert needs k false reports in a row: at most `falseAlarmRate`^k per window.
 *
 * @param history - Results of one model version, oldest first, the latest last; at least the last k with enough rows.
 * @param open - The alerts of this monitor and version that are not closed.
 */
export function alertTransitions(
  spec: MonitorSpec,
  history: readonly WindowResult[],
  open: readonly Alert[],
  options: AlertRuleOptions,
): AlertTransitions {
  const isOpen = (kind: Alert['kind']) => (alert: Alert) => alert.kind === kind && alert.status !== 'closed'
  const changes = [
    driftTransitions(spec, history, open.filter(isOpen('drift')), options),
    performanceTransitions(spec, history, open.find(isOpen('performance')), options),
  ]
  return {
    opened: changes.flatMap(({ opened }) => opened),
    continued: changes.flatMap(({ continued }) => continued),
    closed: changes.flatMap(({ closed }) => closed),
  }
}

function driftTransitions(
  { consecutiveWindows }: MonitorSpec,
  history: readonly WindowResult[],
  open: readonly Alert[],
  options: AlertRuleOptions,
): AlertTransitions {
  const windows = history.filter((window) => window.drift.length > 0).slice(-consecutiveWindows)
  const latest = windows.at(-1)
  if (!latest || windows.length < consecutiveWindows) return { opened: [], continued: open, closed: [] }
  const isOver = ({ causes }: Alert) =>
    causes.every(({ column }) => !windows.some((window) => hasDrifted(window, column)))
  const lasting = open.filter((alert) => !isOver(alert))
  const known = new Set(lasting.flatMap(({ causes }) => causes.map(({ column }) => column)))
  const causes = rankedCauses(latest, options.importance).filter(({ column }) => !known.has(column))
  const stayed = causes.filter(({ column }) => windows.every((window) => hasDrifted(window, column)))
  return {
    opened: stayed.length > 0 ? [driftAlert(latest, stayed, causes, options)] : [],
    continued: lasting.map((alert) => ({ ...alert, causes: refreshed(alert.causes, latest, options) })),
    closed: open.filter(isOver).map((alert) => closedAlert(alert, options)),
  }
}

function driftAlert(
  latest: WindowResult,
  stayed: Alert['causes'],
  causes: Alert['causes'],
  options: AlertRuleOptions,
): Alert {
  const first = stayed[0]!
  const others = stayed.length - 1
  return {
    id: options.newId(),
    ...identity(latest, options.at),
    kind: 'drift',
    title: `${named(first.column)} drifted${others > 0 ? `, and ${others} more` : ''}`,
    column: first.column,
    value: first.effect,
    threshold: latest.drift.find(({ column }) => column === first.column)!.minimumEffect,
    causes: [first, ...causes.filter((cause) => cause !== first)],
  }
}

/** The causes of an open alert as the latest window shows them; those that are quiet in it stay as they were. */
function refreshed(causes: Alert['causes'], latest: WindowResult, { importance }: AlertRuleOptions): Alert['causes'] {
  const current = rankedCauses(latest, importance)
  return causes.map((cause) => current.find(({ column }) => column === cause.column) ?? cause)
}

function performanceTransitions(
  { consecutiveWindows }: MonitorSpec,
  history: readonly WindowResult[],
  open: Alert | undefined,
  options: AlertRuleOptions,
): AlertTransitions {
  const windows = history.flatMap(judged).slice(-consecutiveWindows)
  const latest = windows.at(-1)
  if (!latest || windows.length < consecutiveWindows) return { opened: [], continued: open ? [open] : [], closed: [] }
  if (open) {
    const isOver = windows.every(({ performance }) => !performance.isBelow)
    if (isOver) return { opened: [], continued: [], closed: [closedAlert(open, options)] }
    return { opened: [], continued: [{ ...open, value: latest.performance.estimate.value }], closed: [] }
  }
  const performances = windows.map(({ performance }) => performance)
  const isLow = performances.every(({ isBelow }) => isBelow)
  const isCertain = upperBoundOfMean(performances) < latest.performance.minimum
  return { opened: isLow && isCertain ? [performanceAlert(latest, options)] : [], continued: [], closed: [] }
}

function performanceAlert({ window, performance }: Judged, options: AlertRuleOptions): Alert {
  const { metric, estimate, minimum } = performance
  return {
    id: options.newId(),
    ...identity(window, options.at),
    kind: 'performance',
    title: `${metric} fell to ${estimate.value.toFixed(3)}, below ${minimum}`,
    metric,
    value: estimate.value,
    threshold: minimum,
    causes: rankedCauses(window, options.importance),
  }
}

type Performance = NonNullable<WindowResult['performance']>
type Estimated = Performance & { readonly estimate: NonNullable<Performance['estimate']> }
type Judged = { readonly window: WindowResult; readonly performance: Estimated }

/** A window whose labels have had their time and were enough. */
function judged(window: WindowResult): Judged[] {
  const { performance } = window
  if (!performance?.estimate || !performance.isFinal) return []
  return [{ window, performance: { ...performance, estimate: performance.estimate } }]
}

const closedAlert = (alert: Alert, { at }: AlertRuleOptions): Alert => ({ ...alert, status: 'closed', closedAt: at })

/** The windows are independent, so the half-widths of their intervals add in squares. */
function upperBoundOfMean(windows: readonly Estimated[]): number {
  const mean = windows.reduce((sum, { estimate }) => sum + estimate.value, 0) / windows.length
  const squares = windows.reduce(
    (sum, { estimate: { value, interval } }) => sum + ((interval?.upper ?? value) - value) ** 2,
    0,
  )
  return mean + Math.sqrt(squares) / windows.length
}

/** The columns that drifted, by effect (in units of what matters) times importance; the prediction, which follows from the inputs, last. */
export function rankedCauses(window: WindowResult, importance: AlertRuleOptions['importance'] = {}): Alert['causes'] {
  const weightOf = (drift: ColumnDrift) => importance[drift.column] ?? 1
  return window.drift
    .filter((drift) => drift.isDrifted)
    .map((drift) => ({ drift, weight: severity(drift) * weightOf(drift) }))
    .sort(
      (a, b) => Number(a.drift.role === 'prediction') - Number(b.drift.role === 'prediction') || b.weight - a.weight,
    )
    .map(({ drift }) => ({
      column: drift.column,
      effect: drift.effect,
      importance: weightOf(drift),
      text: causeText(drift),
    }))
}

function causeText(drift: ColumnDrift): string {
  const name = named(drift.column)
  const evidence = `${drift.n} rows, p ${drift.adjustedPValue < 1e-6 ? '< 0.000001' : `= ${drift.adjustedPValue.toPrecision(2)}`}`
  if (drift.test === 'missing-values')
    return `${name}: ${percent(drift.nullFraction)} of values are missing (${evidence}).`
  if (drift.test === 'unseen-categories') {
    return `${name}: ${percent(drift.unseenFraction)} of values were never seen in training (${evidence}).`
  }
  return `${name}: ${percent(drift.effect)} of rows have moved to other values (${evidence}).`
}

const named = (column: string): string => (column === PREDICTION ? 'The prediction' : column)
const percent = (fraction: number): string => `${Number((fraction * 100).toPrecision(2))} %`
const hasDrifted = (window: WindowResult, column: string): boolean =>
  window.drift.some((drift) => drift.column === column && drift.isDrifted)

const identity = (window: WindowResult, at: string) => ({
  monitor: window.monitor,
  endpoint: window.endpoint,
  version: window.version,
  status: 'open' as const,
  window: { from: window.from, until: window.until },
  actions: [],
  openedAt: at,
})
