import { z } from 'zod'
import { estimateMetric } from '../estimate.ts'
import { metricNameSchema } from '../metrics/index.ts'
import { type MeasuredSlice, measureSlices, sliceBy } from '../slices.ts'
import { asked, defineCheckKind, type Finding, metricText, passedIf, shown, shownInterval } from './check-kind.ts'

const settings = z.strictObject({
  columns: z.array(z.string()).min(1),
  metric: metricNameSchema,
  class: z.string().optional(),
  /** How much worse than the whole a slice may be. */
  maximum: z.number().min(0),
  minimumRows: z.number().int().min(1).default(100),
  /** Of the statement about *all* slices: each is judged at a stricter level, so that many slices do not make a failure likely. */
  confidence: z.number().min(0.5).max(0.9999).default(0.95),
})

/** Fails when a slice is certainly worse than the whole by more than allowed: when even the good end of its interval is. */
export const sliceGapAtMost = defineCheckKind({
  kind: 'sliceGapAtMost',
  title: 'No slice of the data is much worse than the whole',
  settings,
  nameOf: (given) => `${metricText(given)} by ${given.columns.join(', ')} within ${given.maximum}`,
  run: (given, evaluation): Finding => {
    const { metric, outcome } = asked(evaluation, given)
    const rng = evaluation.rng.fork('slices')
    const slices = given.columns
      .flatMap((column) => sliceBy(evaluation.test, column, evaluation.rows))
      .filter((slice) => slice.rows.length >= given.minimumRows)
    const whole = estimateMetric(metric, outcome, { rng })
    // Bonferroni over the slices, one side each.
    const confidence = 1 - (2 * (1 - given.confidence)) / Math.max(2, slices.length)
    const measured = measureSlices(metric, outcome, slices, { rng, confidence, minimumRows: given.minimumRows })
    if (!whole || measured.length === 0) {
      return { status: 'skipped', message: `No slice has ${given.minimumRows} rows with both classes to judge.` }
    }
    const sign = metric.direction === 'higher' ? 1 : -1
    const gapOf = (value: number) => sign * (whole.value - value)
    const certainGap = ({ estimate }: MeasuredSlice) =>
      Math.min(
        ...[estimate.value, estimate.interval?.lower, estimate.interval?.upper].flatMap((v) =>
          v === undefined ? [] : [gapOf(v)],
        ),
      )
    const worst = measured.reduce((a, b) => (certainGap(b) > certainGap(a) ? b : a))
    const { value, interval, n } = worst.estimate
    return {
      status: passedIf(certainGap(worst) <= given.maximum),
      value: gapOf(value),
      threshold: given.maximum,
      n,
      message: `${metricText(given)} is worst for ${worst.column} = ${worst.value}: ${shown(value)}${shownInterval(interval)} on ${n} rows, against ${shown(whole.value)} on all. A gap of at most ${shown(given.maximum)} expected over ${measured.length} slices.`,
    }
  },
})
