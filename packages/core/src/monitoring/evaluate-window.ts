import { toIso } from '../kernel/index.ts'
import { fractionsOf } from '../statistics/index.ts'
import type { ColumnSketch } from './column-sketch.ts'
import { driftReport, PREDICTION } from './drift-report.ts'
import type { Distribution, MonitorSpec, WindowResult } from './monitor.ts'
import { windowPerformance } from './performance.ts'
import type { ColumnReference, ReferenceProfile } from './reference-profile.ts'
import type { Sketch } from './sketch.ts'

export type Window = {
  readonly version: number
  /** Milliseconds since 1970, [fromMs, untilMs) of event time. */
  readonly fromMs: number
  readonly untilMs: number
  /** The sum of the sketches of the window. */
  readonly sketch: Sketch
  /** Whether the labels that can be waited for have had their time. */
  readonly isFinal: boolean
}

/**
 * Judges one window of an endpoint's version: drift of inputs and prediction against the reference, and performance on the labels that have arrived.
 *
 * It needs `attention` when a column has drifted, or when even the upper bound of the performance is below the minimum. With fewer rows than
 * `drift.minimumRows` there is no drift report and the status is `too-few-rows`.
 *
 * @param now - Milliseconds since 1970, noted as `evaluatedAt`.
 */
export function evaluateWindow(
  spec: MonitorSpec,
  profile: ReferenceProfile,
  window: Window,
  now: number,
): WindowResult {
  const { sketch, version, fromMs, untilMs, isFinal } = window
  const predictionCount = sketch.prediction.n
  const hasEnoughRows = predictionCount >= spec.drift.minimumRows
  const drift = hasEnoughRows ? driftReport(profile, sketch, spec.drift) : []
  const performance =
    spec.performance && windowPerformance(profile, sketch.labels, predictionCount, spec.performance, isFinal)
  const upper = performance?.estimate?.interval?.upper ?? performance?.estimate?.value
  const isSurelyLow = upper !== undefined && spec.performance !== undefined && upper < spec.performance.minimum
  const needsAttention = isSurelyLow || drift.some((column) => column.isDrifted)
  return {
    monitor: spec.name,
    endpoint: spec.endpoint,
    version,
    from: toIso(fromMs),
    until: toIso(untilMs),
    predictionCount,
    status: needsAttention ? 'attention' : hasEnoughRows ? 'well' : 'too-few-rows',
    drift,
    ...(performance && { performance }),
    evaluatedAt: toIso(now),
  }
}

/** A column's reference and window side by side, for a picture; nulls as a bin of their own where there are any. `undefined` for a column that the profile lacks. */
export function distributionOf(
  profile: ReferenceProfile,
  sketch: Sketch,
  column: string,
  result?: WindowResult,
): Distribution | undefined {
  const isPrediction = column === PREDICTION
  const reference = isPrediction ? profile.prediction : profile.columns[column]
  const current = isPrediction ? sketch.prediction : sketch.columns[column]
  if (!reference || !current) return undefined
  const drift = result?.drift.find((entry) => entry.column === column)
  return { column, ...binsOf(reference, current), ...(drift && { drift }) }
}

function binsOf(reference: ColumnReference, current: ColumnSketch): Omit<Distribution, 'column' | 'drift'> {
  if (reference.kind === 'numeric') {
    return {
      kind: 'numeric',
      edges: reference.edges,
      reference: sharesOf(reference.counts),
      current: sharesOf([...current.counts]),
    }
  }
  const others = current.counts.at(-1)!
  return {
    kind: 'categorical',
    labels: [...reference.categories, '(other)', '(unseen)', '(null)'],
    reference: sharesOf([...reference.counts, 0, reference.nullCount]),
    current: sharesOf([...current.counts.slice(0, -1), others - current.unseen, current.unseen, current.nulls]),
  }
}

const sharesOf = (counts: readonly number[]): number[] =>
  counts.some((count) => count > 0) ? fractionsOf(counts) : counts.map(() => 0)
