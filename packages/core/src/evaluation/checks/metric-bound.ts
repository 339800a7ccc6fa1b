import { z } from 'zod'
import { estimateMetric } from '../estimate.ts'
import type { Evaluation } from '../evaluation.ts'
import { metricNameSchema } from '../metrics/index.ts'
import { asked, defineCheckKind, type Finding, metricText, passedIf, shown, shownInterval } from './check-kind.ts'

const shared = {
  metric: metricNameSchema,
  /** Ask about this class instead of the model's positive one. */
  class: z.string().optional(),
  /** With it the whole interval must keep the bound, without it the value. */
  confidence: z.number().min(0.5).max(0.9999).optional(),
}
type Asked = { readonly metric: string; readonly class?: string | undefined; readonly confidence?: number | undefined }

/** The metric, or with `confidence` the lower bound of its interval, must be ≥ `minimum`. Not defined on the rows means failed. */
export const metricAtLeast = defineCheckKind({
  kind: 'metricAtLeast',
  title: 'A metric is not below a bound',
  settings: z.strictObject({ ...shared, minimum: z.number() }),
  nameOf: (settings) => `${metricText(settings)} at least ${settings.minimum}`,
  run: (settings, evaluation) => bounded(evaluation, settings, 'least', settings.minimum),
})

/** The metric, or with `confidence` the upper bound of its interval, must be ≤ `maximum`. Not defined on the rows means failed. */
export const metricAtMost = defineCheckKind({
  kind: 'metricAtMost',
  title: 'A metric is not above a bound',
  settings: z.strictObject({ ...shared, maximum: z.number() }),
  nameOf: (settings) => `${metricText(settings)} at most ${settings.maximum}`,
  run: (settings, evaluation) => bounded(evaluation, settings, 'most', settings.maximum),
})

function bounded(evaluation: Evaluation, settings: Asked, side: 'least' | 'most', threshold: number): Finding {
  const { metric, outcome } = asked(evaluation, settings)
  const { confidence } = settings
  const options = { rng: evaluation.rng.fork(metric.name), confidence: confidence ?? 0.95 }
  const estimate = estimateMetric(metric, outcome, options)
  const n = outcome.rowCount
  if (!estimate) {
    return { status: 'failed', threshold, n, message: `${metric.label} is not defined on these ${n} rows.` }
  }
  const { value, interval } = estimate
  const deciding = confidence === undefined ? value : ((side === 'least' ? interval?.lower : interval?.upper) ?? value)
  const judged = confidence === undefined ? '' : `, by the ${side === 'least' ? 'lower' : 'upper'} bound`
  return {
    status: passedIf(side === 'least' ? deciding >= threshold : deciding <= threshold),
    value,
    ...(interval && { interval }),
    threshold,
    n,
    message: `${metricText(settings)} is ${shown(value)}${shownInterval(interval)} on ${n} rows; at ${side} ${shown(threshold)} expected${judged}.`,
  }
}
