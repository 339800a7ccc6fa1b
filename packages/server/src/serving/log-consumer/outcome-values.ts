import { classificationValues, type MeanMetric, regressionValues, UNDECIDED, whyNotJudged } from '@regia/core'
import type { PredictionRecord } from '../prediction-log/index.ts'
import type { VersionFacts } from './version-facts.ts'

/** What a label or reward says of its prediction, by metric. */
export type OutcomeValues = Readonly<Partial<Record<MeanMetric, number>>> & {
  /** Of a classifier: what was predicted, and what it was. */
  readonly classes?: { readonly actual: string; readonly predicted: string }
}

/**
 * What a label says of its prediction. The log keeps the probability of one class: what takes those of more than two is not computed from it.
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
  const isCounted = whyNotJudged('macroF1', signature) === undefined
  const classes = isCounted && { classes: { actual, predicted: label } }
  const { positive, classes: names = [] } = signature
  const negative = names.find((name) => name !== positive)
  if (positive === undefined || negative === undefined || whyNotJudged('logLoss', signature) !== undefined) {
    return { accuracy: label === actual ? 1 : 0, ...classes }
  }
  return { ...classificationValues({ [positive]: score, [negative]: 1 - score }, label, actual), ...classes }
}
