import {
  compareOutcomes,
  computeMetric,
  getMetric,
  type Metric,
  type OptimisationReport,
  type Outcome,
  RegiaError,
  type Rng,
  type Signature,
} from '@regia/core'

const DEFAULT_METRICS = { binary: 'auc', multiclass: 'logLoss', regression: 'rmse' } as const

/** The metric that an optimisation is judged by. @throws RegiaError `NOT_FOUND`. */
export const judgingMetric = (name: string | undefined, { task }: Signature): Metric =>
  getMetric(name ?? DEFAULT_METRICS[task])

/** How much worse a metric may get, in its own unit; of errors in the unit of the target a share, since a fixed loss would say nothing. */
export function allowedLossOf(metric: Metric, maxLoss: number, before: Outcome): number {
  const isOfUnit = metric.name === 'rmse' || metric.name === 'mae'
  return maxLoss * (isOfUnit ? Math.abs(scoreOf(metric, before)) : 1)
}

/** @throws RegiaError `INVALID_INPUT` where the metric is not defined on the rows, or of the other task. */
export function compareScores(
  metric: Metric,
  { before, after }: { readonly before: Outcome; readonly after: Outcome },
  allowedLoss: number,
  rng: Rng,
): OptimisationReport['score'] {
  const advantage = compareOutcomes(metric, after, before, { rng })
  if (!advantage) throw notDefined(metric)
  return {
    ...{ metric: metric.name, direction: metric.direction, allowedLoss, advantage },
    before: scoreOf(metric, before),
    after: scoreOf(metric, after),
  }
}

function scoreOf(metric: Metric, outcome: Outcome): number {
  const value = computeMetric(metric, outcome)
  if (Number.isFinite(value)) return value
  throw notDefined(metric)
}

const notDefined = ({ label, name }: Metric): RegiaError =>
  new RegiaError('INVALID_INPUT', `${label} is not defined on the held-out rows: they may all be of one class.`, {
    where: name,
    hint: 'Name rows of every class, or another metric.',
  })
