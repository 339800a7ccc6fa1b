import type { AlertId } from '../kernel/index.ts'
import { PREDICTION, severity } from './drift-report.ts'
import type { Alert, ColumnDrift, MonitorSpec, WindowResult } from './monitor.ts'

/** An alert before what the keeper of alerts adds: its actions. */
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

type Performance = NonNullable<WindowResult['performance']> & {
  readonly estimate: NonNullable<NonNullable<WindowResult['performance']>['estimate']>
}

/**
 * What the latest window changes about a monitor's alerts.
 *
 * With k = `consecutiveWindows`, and windows with too few rows or labels left out:
 * - *Drift* opens when one and the same column has drifted in each of the last k windows, and closes when no column has in any of the last k.
 *   There is one open drift alert at most; it names every column that moved.
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
  const judgements = [judgeDrift(spec, history, options), judgePerformance(spec, history, options)]
  const changes = judgements.map(({ kind, alert, isOver }) => {
    const current = open.find((candidate) => candidate.kind === kind && candidate.status !== 'closed')
    if (!current) return alert ? { opened: [{ ...alert, id: options.newId() }] } : {}
    if (isOver) return { closed: [{ ...current, status: 'closed' as const, closedAt: options.at }] }
    return { continued: [alert ? { ...current, value: alert.value, causes: alert.causes } : current] }
  })
  return {
    opened: changes.flatMap(({ opened = [] }) => opened),
    continued: changes.flatMap(({ continued = [] }) => continued),
    closed: changes.flatMap(({ closed = [] }) => closed),
  }
}

type Judgement = {
  readonly kind: Alert['kind']
  readonly alert: Omit<Alert, 'id'> | undefined
  readonly isOver: boolean
}

function judgeDrift(spec: MonitorSpec, history: readonly WindowResult[], options: AlertRuleOptions): Judgement {
  const windows = history.filter((window) => window.drift.length > 0).slice(-spec.consecutiveWindows)
  const latest = windows.at(-1)
  const isFull = windows.length === spec.consecutiveWindows
  const isOver = isFull && windows.every((window) => !window.drift.some((column) => column.isDrifted))
  if (!latest || !isFull) return { kind: 'drift', alert: undefined, isOver }
  const stayed = latest.drift.filter((column) => windows.every((window) => hasDrifted(window, column.column)))
  if (stayed.length === 0) return { kind: 'drift', alert: undefined, isOver }
  const causes = rankedCauses(latest, options.importance)
  const first = causes.find(({ column }) => stayed.some((drift) => drift.column === column)) ?? causes[0]!
  const drift = latest.drift.find(({ column }) => column === first.column)!
  const others = stayed.length - 1
  const alert = {
    ...identity(latest, options.at),
    kind: 'drift' as const,
    title: `${named(first.column)} drifted${others > 0 ? `, and ${others} more` : ''}`,
    column: first.column,
    value: drift.effect,
    threshold: drift.minimumEffect,
    causes,
  }
  return { kind: 'drift', alert, isOver }
}

function judgePerformance(spec: MonitorSpec, history: readonly WindowResult[], options: AlertRuleOptions): Judgement {
  const judged = history.flatMap((window) => {
    const { performance } = window
    return performance?.estimate && performance.isFinal
      ? [{ window, performance: { ...performance, estimate: performance.estimate } }]
      : []
  })
  const windows = judged.slice(-spec.consecutiveWindows)
  const latest = windows.at(-1)
  const isFull = windows.length === spec.consecutiveWindows
  const isOver = isFull && windows.every(({ performance }) => !performance.isBelow)
  const performances = windows.map(({ performance }) => performance)
  const isLow =
    isFull &&
    performances.every(({ isBelow }) => isBelow) &&
    upperBoundOfMean(performances) < (latest?.performance.minimum ?? 0)
  if (!latest || !isLow) return { kind: 'performance', alert: undefined, isOver }
  const { metric, estimate, minimum } = latest.performance
  const alert = {
    ...identity(latest.window, options.at),
    kind: 'performance' as const,
    title: `${metric} fell to ${estimate.value.toFixed(3)}, below ${minimum}`,
    metric,
    value: estimate.value,
    threshold: minimum,
    causes: rankedCauses(latest.window, options.importance),
  }
  return { kind: 'performance', alert, isOver }
}

/** The windows are independent, so the half-widths of their intervals add in squares. */
function upperBoundOfMean(windows: readonly Performance[]): number {
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
