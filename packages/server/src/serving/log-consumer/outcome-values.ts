import { classificationValues, type ReleaseMetric, regressionValues, UNDECIDED } from '@regia/core'
import type { PredictionRecord } from '../prediction-log/index.ts'
import type { VersionFacts } from './version-facts.ts'

export type OutcomeValues = Readonly<Partial<Record<ReleaseMetric, number>>>

/**
 * What a label says of its prediction, by metric. The log keeps the probability of one class: with more than two only the accuracy is known.
 * A prediction that was left undecided counts for none.
 */
export function outcomeValues(
  { signature }: VersionFacts,
  prediction: Pick<PredictionRecord, 'score' | 'label'>,
  actual: string,
): OutcomeValues {
  const { score, label } = prediction
  if (signature.task === 'regression') {
    const value = Number(actual)
    return Number.isFinite(value) ? regressionValues(score, value) : {}
  }
  if (label === undefined || label === UNDECIDED) return {}
  const { positive, classes = [] } = signature
  const negative = classes.find((name) => name !== positive)
  if (positive === undefined || negative === undefined || classes.length !== 2) {
    return { accuracy: label === actual ? 1 : 0 }
  }
  return { ...classificationValues({ [positive]: score, [negative]: 1 - score }, label, actual) }
}
