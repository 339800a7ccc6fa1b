import { delongAuc, normalCritical } from '../../statistics/index.ts'
import { type ClassificationOutcome, labelsOf, scoresOf } from '../outcome.ts'
import { walkThresholds } from '../ranking.ts'
import { askedClasses, averageOf, type ClassificationMetric, type Weights } from './metric.ts'

/** Area under the ROC curve; for several classes the average of each against the rest. */
export const auc: ClassificationMetric = {
  task: 'classification',
  name: 'auc',
  label: 'AUC',
  direction: 'higher',
  compute: (outcome, weights) =>
    averageOf(askedClasses(outcome).map((classIndex) => aucOfClass(outcome, classIndex, weights))),
  interval: (outcome, confidence) => {
    if (outcome.positive === undefined) return undefined
    const labels = labelsOf(outcome, outcome.positive)
    if (!labels.includes(1) || !labels.includes(0)) return undefined
    return delongAuc(scoresOf(outcome, outcome.positive), labels, confidence).interval
  },
}

/** Area under the precision–recall curve as the sum of precision over the steps of recall, like scikit-learn's `average_precision_score`. */
export const averagePrecision: ClassificationMetric = {
  task: 'classification',
  name: 'averagePrecision',
  label: 'Average precision',
  direction: 'higher',
  compute: (outcome, weights) =>
    averageOf(askedClasses(outcome).map((classIndex) => averagePrecisionOfClass(outcome, classIndex, weights))),
  interval: (outcome, confidence) => {
    const { positive } = outcome
    if (positive === undefined) return undefined
    const value = averagePrecisionOfClass(outcome, positive, undefined)
    const positives = outcome.actual.filter((label) => label === positive).length
    // Boyd, Eng and Page (2013), "Area under the precision-recall curve": the logit interval.
    if (!(value > 0 && value < 1)) return undefined
    const centre = Math.log(value / (1 - value))
    const half = normalCritical(confidence) / Math.sqrt(positives * value * (1 - value))
    const fromLogit = (logit: number) => 1 / (1 + Math.exp(-logit))
    return { lower: fromLogit(centre - half), upper: fromLogit(centre + half), confidence }
  },
}

function aucOfClass(outcome: ClassificationOutcome, classIndex: number, weights: Weights): number {
  let area = 0
  let lastTrue = 0
  let lastFalse = 0
  const { positives, negatives } = walkThresholds(
    outcome,
    classIndex,
    (_, truePositives, falsePositives) => {
      area += ((falsePositives - lastFalse) * (truePositives + lastTrue)) / 2
      lastTrue = truePositives
      lastFalse = falsePositives
    },
    weights,
  )
  return area / (positives * negatives)
}

function averagePrecisionOfClass(outcome: ClassificationOutcome, classIndex: number, weights: Weights): number {
  let sum = 0
  let lastTrue = 0
  const { positives } = walkThresholds(
    outcome,
    classIndex,
    (_, truePositives, falsePositives) => {
      if (truePositives > lastTrue)
        sum += ((truePositives - lastTrue) * truePositives) / (truePositives + falsePositives)
      lastTrue = truePositives
    },
    weights,
  )
  return sum / positives
}
