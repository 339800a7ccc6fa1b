import { z } from 'zod'
import { RegiaError } from '../../kernel/index.ts'
import { accuracy, f1, precision, recall } from './decision-metrics.ts'
import type { ClassificationMetric, Metric, RegressionMetric } from './metric.ts'
import { brier, ece, logLoss } from './probability-metrics.ts'
import { auc, averagePrecision } from './ranking-metrics.ts'
import { mae, r2, rmse } from './regression-metrics.ts'

/** Every metric, in the order in which reports show them. A new one is a definition and a line here. */
export const CLASSIFICATION_METRICS: readonly ClassificationMetric[] = [
  auc,
  accuracy,
  precision,
  recall,
  f1,
  averagePrecision,
  logLoss,
  brier,
  ece,
]
export const REGRESSION_METRICS: readonly RegressionMetric[] = [rmse, mae, r2]
export const METRICS: readonly Metric[] = [...CLASSIFICATION_METRICS, ...REGRESSION_METRICS]

/** The name of a metric, as settings hold it. */
export const metricNameSchema = z.string().refine((name) => METRICS.some((metric) => metric.name === name), {
  error: ({ input }) => `there is no metric "${input}"; metrics are ${METRICS.map((metric) => metric.name).join(', ')}`,
})

/** @throws RegiaError `NOT_FOUND` naming the metrics that there are. */
export function getMetric(name: string): Metric {
  const metric = METRICS.find((candidate) => candidate.name === name)
  if (metric) return metric
  throw new RegiaError('NOT_FOUND', `There is no metric "${name}".`, {
    where: 'metric',
    hint: `Metrics are: ${METRICS.map((candidate) => candidate.name).join(', ')}.`,
  })
}

export type { ClassificationMetric, Metric, RegressionMetric } from './metric.ts'
export { type CalibrationBin, calibrationBins } from './probability-metrics.ts'
