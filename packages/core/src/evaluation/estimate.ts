import { RegiaError, type Rng } from '../kernel/index.ts'
import { bootstrapInterval, type ConfidenceInterval, pairedDelong } from '../statistics/index.ts'
import { CLASSIFICATION_METRICS, type Metric, REGRESSION_METRICS } from './metrics/index.ts'
import { labelsOf, type Outcome, scoresOf } from './outcome.ts'
import type { Estimate } from './report.ts'

export type EstimateOptions = {
  readonly rng: Rng
  readonly confidence?: number
  /** Resamples of the bootstrap, where no formula gives the interval; 0 for none. By default 200, fewer for very many rows. */
  readonly resamples?: number
}

/** Rows drawn by the bootstrap in all: about half a second. Many rows need fewer resamples for the same certainty. */
const MAX_DRAWS = 20_000_000

/** The metrics that apply to an outcome. */
export const metricsFor = (outcome: Outcome): readonly Metric[] =>
  outcome.task === 'classification' ? CLASSIFICATION_METRICS : REGRESSION_METRICS

/** A metric's value, without interval. @throws RegiaError `INVALID_INPUT` when it is a metric of the other task. */
export function computeMetric(metric: Metric, outcome: Outcome, weights?: Float64Array): number {
  if (metric.task === 'classification' && outcome.task === 'classification') return metric.compute(outcome, weights)
  if (metric.task === 'regression' && outcome.task === 'regression') return metric.compute(outcome, weights)
  throw new RegiaError(
    'INVALID_INPUT',
    `"${metric.name}" is a metric of ${metric.task}, but the model does ${outcome.task}.`,
    {
      where: 'metric',
      hint: `Use one of: ${metricsFor(outcome)
        .map((candidate) => candidate.name)
        .join(', ')}.`,
    },
  )
}

/**
 * A metric with its interval: by formula where there is one (Wilson for proportions, DeLong for an AUC, the normal law for means), else by the bootstrap.
 *
 * @returns Undefined where the metric is not defined on the rows, such as the AUC of one class.
 * @throws RegiaError `INVALID_INPUT` when it is a metric of the other task.
 */
export function estimateMetric(metric: Metric, outcome: Outcome, options: EstimateOptions): Estimate | undefined {
  const value = computeMetric(metric, outcome)
  if (!Number.isFinite(value)) return undefined
  const interval =
    formulaInterval(metric, outcome, options.confidence ?? 0.95) ??
    resampled(outcome, (weights) => computeMetric(metric, outcome, weights), options)
  return { value, n: outcome.rowCount, ...(Number.isFinite(interval.lower) && { interval: { ...interval } }) }
}

/** Every metric that applies, by name. */
export function estimateAll(outcome: Outcome, options: EstimateOptions): Record<string, Estimate> {
  const estimates = metricsFor(outcome).map(
    (metric) => [metric.name, estimateMetric(metric, outcome, options)] as const,
  )
  return Object.fromEntries(estimates.flatMap(([name, estimate]) => (estimate ? [[name, estimate]] : [])))
}

/**
 * How much better `candidate` is than `other` on the same rows, with the interval of the *difference*: paired DeLong for an AUC, else the paired bootstrap.
 *
 * @returns A positive value means the candidate is better, whatever the metric's direction. Undefined where the metric is not defined.
 */
export function compareOutcomes(
  metric: Metric,
  candidate: Outcome,
  other: Outcome,
  options: EstimateOptions,
): Estimate | undefined {
  const [better, worse] = metric.direction === 'higher' ? [candidate, other] : [other, candidate]
  const advantage = (weights?: Float64Array) =>
    computeMetric(metric, better, weights) - computeMetric(metric, worse, weights)
  const value = advantage()
  if (!Number.isFinite(value)) return undefined
  const interval = pairedAucInterval(metric, candidate, other, options) ?? resampled(candidate, advantage, options)
  return { value, n: candidate.rowCount, interval }
}

function formulaInterval(metric: Metric, outcome: Outcome, confidence: number): ConfidenceInterval | undefined {
  if (metric.task === 'classification' && outcome.task === 'classification')
    return metric.interval?.(outcome, confidence)
  if (metric.task === 'regression' && outcome.task === 'regression') return metric.interval?.(outcome, confidence)
  return undefined
}

function pairedAucInterval(metric: Metric, candidate: Outcome, other: Outcome, { confidence }: EstimateOptions) {
  if (metric.name !== 'auc' || candidate.task !== 'classification' || other.task !== 'classification') return undefined
  if (candidate.positive === undefined || other.positive === undefined) return undefined
  const labels = labelsOf(candidate, candidate.positive)
  const [theirs, ours] = [scoresOf(other, other.positive), scoresOf(candidate, candidate.positive)]
  return pairedDelong(theirs, ours, labels, confidence).interval
}

function resampled(
  { rowCount }: Outcome,
  statistic: (weights: Float64Array) => number,
  { rng, resamples = defaultResamples(rowCount), confidence = 0.95 }: EstimateOptions,
): ConfidenceInterval {
  // Counting how often a row is drawn, instead of copying it, keeps a ranking valid: no resample sorts again.
  const weights = new Float64Array(rowCount)
  const ofRows = (rows: Int32Array) => {
    weights.fill(0)
    for (const row of rows) weights[row]! += 1
    return statistic(weights)
  }
  return bootstrapInterval(rowCount, ofRows, { rng, resamples, confidence })
}

const defaultResamples = (rowCount: number): number => Math.min(200, Math.max(50, Math.round(MAX_DRAWS / rowCount)))
