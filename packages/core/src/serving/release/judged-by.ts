import type { Signature } from '../../models/index.ts'
import { RELEASE_METRICS, type ReleaseMetric } from '../release-policy.ts'
import { SHADOW_METRICS, type ShadowMetric } from '../shadow.ts'

type Judged = Pick<Signature, 'task' | 'classes' | 'positive'>

/** What was and what was predicted is counted by pairs of classes: so many classes at most. */
export const MOST_CONFUSION_CLASSES = 100

/**
 * Why a release of a model cannot be judged by a metric, in words that go on after the metric's name; undefined where it can.
 *
 * The prediction log keeps of each prediction its label and one probability: that of the positive class, else of the label. What takes the
 * probabilities of more than two classes cannot be computed from it.
 *
 * @example whyNotJudged('logLoss', { task: 'multiclass', classes: ['a', 'b', 'c'] }) // 'needs the probability of every class, …'
 */
export function whyNotJudged(metric: ReleaseMetric, model: Judged): string | undefined {
  const { task, classes = [] } = model
  switch (metric) {
    case 'reward':
      return undefined
    case 'absoluteError':
    case 'squaredError':
      return task === 'regression' ? undefined : 'compares numbers, and the model predicts classes'
    case 'accuracy':
      return task === 'regression' ? NO_CLASSES : undefined
    case 'macroF1':
    case 'balancedAccuracy':
      if (task === 'regression') return NO_CLASSES
      return classes.length <= MOST_CONFUSION_CLASSES
        ? undefined
        : `is computed for at most ${MOST_CONFUSION_CLASSES} classes, and the model has ${classes.length}`
    case 'brier':
    case 'logLoss':
      if (task === 'regression') return NO_CLASSES
      return isBinary(model) ? undefined : notEveryProbability(model)
  }
}

/** The metrics that releases of a model can be judged by. */
export const releaseMetricsOf = (model: Judged): readonly ReleaseMetric[] =>
  RELEASE_METRICS.filter((metric) => whyNotJudged(metric, model) === undefined)

/** The same of a version in shadow, which has both versions' scores and classes of the same rows. */
export function whyNotCompared(metric: ShadowMetric, model: Judged): string | undefined {
  if (metric !== 'auc') return whyNotJudged(metric, model)
  return isBinary(model) ? undefined : 'needs two classes, one of them positive'
}

/** The metrics that versions of a model can be compared by in shadow; by the first where the rule names none. Empty for a regression. */
export const shadowMetricsOf = (model: Judged): readonly ShadowMetric[] =>
  (isBinary(model) ? SHADOW_METRICS : BY_CLASSES).filter((metric) => whyNotCompared(metric, model) === undefined)

const BY_CLASSES: readonly ShadowMetric[] = ['macroF1', 'balancedAccuracy', 'accuracy']

/** Whether the one probability that is logged says that of both classes. */
const isBinary = ({ classes = [], positive }: Judged): boolean =>
  classes.length === 2 && positive !== undefined && classes.includes(positive)

const NO_CLASSES = 'compares classes, and the model predicts numbers'

const notEveryProbability = ({ classes = [] }: Judged): string =>
  `needs the probability of every class, and of ${classes.length} classes the prediction log keeps that of one`
