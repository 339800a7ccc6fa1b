import { z } from 'zod'
import { estimateMetric } from '../estimate.ts'
import { ece } from '../metrics/probability-metrics.ts'
import { asked, defineCheckKind, passedIf, shown, shownInterval } from './check-kind.ts'

const settings = z.strictObject({
  /** Largest mean distance between probability and frequency, in [0, 1]. */
  maxEce: z.number().min(0).max(1),
  class: z.string().optional(),
})

/** The expected calibration error must not exceed `maxEce`. The value decides; its interval is told. */
export const isCalibrated = defineCheckKind({
  kind: 'isCalibrated',
  title: 'Probabilities are as good as they say',
  settings,
  nameOf: ({ maxEce }) => `calibrated within ${maxEce}`,
  run: (given, evaluation) => {
    const { outcome } = asked(evaluation, { ...given, metric: ece.name })
    const estimate = estimateMetric(ece, outcome, { rng: evaluation.rng.fork('ece') })
    const n = outcome.rowCount
    if (!estimate)
      return { status: 'failed', threshold: given.maxEce, n, message: 'The calibration error is not defined.' }
    const { value, interval } = estimate
    return {
      status: passedIf(value <= given.maxEce),
      value,
      ...(interval && { interval }),
      threshold: given.maxEce,
      n,
      message: `Probabilities are off by ${shown(value)}${shownInterval(interval)} on average over ${n} rows; at most ${shown(given.maxEce)} expected.`,
    }
  },
})
