import { type Moments, populationVariance, sequentialNonInferiority } from '../../../statistics/index.ts'
import type { ReleaseMetric } from '../../release-policy.ts'
import type { ArmFigures } from '../arm-figures.ts'
import { RELEASE_METRIC_INFO } from '../release-metric.ts'
import { boundedInterval, type RuleOutcome, short, waitingFor } from '../rule-outcome.ts'
import { undecided } from './error-rules.ts'
import type { RollbackRule } from './rule.ts'

export type MetricQuestion = {
  readonly metric: ReleaseMetric
  readonly margin: number
  readonly control: ArmFigures
  readonly canary: ArmFigures
  readonly alpha: number
  readonly minimumLabels: number
}

/** Whether the metric on labelled predictions is worse than the stable version's by more than is allowed. */
export const metric: RollbackRule = {
  name: 'metric',
  isTest: true,
  isActive: (rules) => rules.metric !== undefined,
  judge: ({ rules, ...context }) => {
    const { name, worseBy } = rules.metric ?? { name: 'accuracy', worseBy: 1 }
    const question = { ...context, metric: name, margin: worseBy }
    const { found, isReady, isInferior, outcome } = compared('metric', question)
    if (isInferior) return { ...outcome, state: 'fails', sentence: `${found}, which is proven` }
    if (!isReady) return outcome
    return { ...outcome, ...undecided((outcome.observed ?? 0) >= -worseBy, outcome.n, outcome.needed, found, 'labels') }
  },
}

/**
 * Whether a version is proven to be not worse than the stable one by more than the margin, at any time at all.
 *
 * It waits until that is proven, or the contrary.
 */
export function judgeNonInferiority(question: MetricQuestion): RuleOutcome {
  const { found, isReady, isInferior, isNonInferior, outcome } = compared('nonInferior', question)
  if (isInferior) return { ...outcome, state: 'fails', sentence: `${found}, and it is proven to be worse` }
  if (isNonInferior) return { ...outcome, state: 'passes', sentence: `${found}, and it is proven not to be worse` }
  return isReady ? { ...outcome, state: 'waits', sentence: `${found}; not proven yet` } : outcome
}

function compared(rule: 'metric' | 'nonInferior', question: MetricQuestion) {
  const { metric: name, margin, alpha, minimumLabels: needed } = question
  const { label, direction, isShare } = RELEASE_METRIC_INFO[name]
  const [first, second] = [question.control.metrics[name], question.canary.metrics[name]]
  const result = sequentialNonInferiority(first, second, {
    direction,
    margin,
    scale: scaleOf(margin, first, second),
    confidence: 1 - alpha,
    minimumPerSample: needed,
    ...(isShare && { varianceFloor: 0.5 }),
  })
  const found =
    `${label} is ${short(second.mean)} on ${second.n} labels, of the stable version ${short(first.mean)}; ` +
    `it may be worse by ${short(margin)}`
  const ready = Math.min(first.n, second.n)
  const outcome: RuleOutcome = {
    rule,
    state: 'waits',
    limit: margin,
    ...(ready > 0 && { observed: result.difference }),
    ...boundedInterval({ lower: result.lower, upper: result.upper, confidence: 1 - 2 * alpha }),
    n: second.n,
    needed,
    sentence:
      ready < needed ? waitingFor(ready, needed, 'labels of each version') : `${found}; all labels are alike so far`,
  }
  return { ...result, found, outcome }
}

/** The size of differences that are looked for: the margin, or a tenth of the values' spread where none is allowed. */
function scaleOf(margin: number, first: Moments, second: Moments): number {
  if (margin > 0) return margin
  const spread = Math.sqrt(Math.max(0, populationVariance(first) || 0, populationVariance(second) || 0))
  return spread > 0 ? spread / 10 : 1
}
