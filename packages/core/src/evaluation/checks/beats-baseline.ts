import { z } from 'zod'
import { BASELINES, type BaselineName } from '../baselines.ts'
import { compareOutcomes } from '../estimate.ts'
import type { Evaluation } from '../evaluation.ts'
import { metricNameSchema } from '../metrics/index.ts'
import type { Estimate } from '../report.ts'
import { asked, defineCheckKind, type Finding, metricText, passedIf, shown, shownInterval } from './check-kind.ts'

const settings = z.strictObject({
  metric: metricNameSchema,
  class: z.string().optional(),
  baselines: z.array(z.enum(BASELINES)).min(1),
  /** The interval of the difference must lie above this margin: 0 for "better", negative for "not much worse". */
  by: z.number().default(0),
  confidence: z.number().min(0.5).max(0.9999).default(0.95),
})
type Settings = z.output<typeof settings>
type Comparison = { readonly baseline: BaselineName; readonly estimate: Estimate }

/** The difference is taken on the same rows (paired), so that what both find hard cancels out. */
export const beatsBaseline = defineCheckKind({
  kind: 'beatsBaseline',
  title: 'The model is better than a baseline, beyond chance',
  settings,
  nameOf: (given) => `${metricText(given)} beats ${given.baselines.join(' and ')}`,
  run: (given, evaluation): Finding => {
    const comparisons = given.baselines.flatMap((baseline) => comparisonWith(baseline, given, evaluation))
    const worst = comparisons.toSorted((a, b) => lowerOf(a) - lowerOf(b))[0]
    if (!worst) {
      return { status: 'skipped', message: `There is no ${given.baselines.join(' or ')} to compare with yet.` }
    }
    const { value, interval, n } = worst.estimate
    return {
      status: passedIf(lowerOf(worst) > given.by),
      value,
      ...(interval && { interval }),
      threshold: given.by,
      n,
      message: `${comparisons.map((comparison) => sentence(given, comparison)).join(' ')} A lower bound above ${shown(given.by)} expected.`,
    }
  },
})

function comparisonWith(baseline: BaselineName, given: Settings, evaluation: Evaluation): Comparison[] {
  const other = evaluation.baselines[baseline]
  if (!other) return []
  const { metric, outcome, of } = asked(evaluation, given)
  const options = { rng: evaluation.rng.fork(`${metric.name} ${baseline}`), confidence: given.confidence }
  const estimate = compareOutcomes(metric, outcome, of(other), options)
  return estimate ? [{ baseline, estimate }] : []
}

const lowerOf = ({ estimate }: Comparison): number => estimate.interval?.lower ?? estimate.value

function sentence(given: Settings, { baseline, estimate }: Comparison): string {
  const { value, interval, n } = estimate
  return `${metricText(given)} is ${shown(value)}${shownInterval(interval)} better than ${baseline} on ${n} rows.`
}
