import { calibrationBins } from './metrics/index.ts'
import type { ClassificationOutcome } from './outcome.ts'
import { walkThresholds } from './ranking.ts'
import type { ThresholdRow } from './report.ts'

type Point = [number, number]

/** More points than a screen is wide help nobody and make reports heavy. */
const MAX_POINTS = 200

/** ROC curve of a class: [false positive rate, true positive rate] from [0, 0] to [1, 1], thinned to 200 points. */
export function rocCurve(outcome: ClassificationOutcome, classIndex: number): Point[] {
  const points: Point[] = [[0, 0]]
  const totals = walkThresholds(outcome, classIndex, (_, truePositives, falsePositives) => {
    points.push([falsePositives, truePositives])
  })
  return thinned(points).map(([x, y]) => [x / totals.negatives, y / totals.positives])
}

/** Precision–recall curve of a class: [recall, precision] by falling threshold, thinned to 200 points. */
export function precisionRecallCurve(outcome: ClassificationOutcome, classIndex: number): Point[] {
  const points: Point[] = []
  const totals = walkThresholds(outcome, classIndex, (_, truePositives, falsePositives) => {
    points.push([truePositives, truePositives / (truePositives + falsePositives)])
  })
  return thinned(points).map(([hits, precision]) => [hits / totals.positives, precision])
}

/** Calibration curve of a class: [mean probability, frequency] in ten equal bins, without empty ones. */
export const calibrationCurve = (outcome: ClassificationOutcome, classIndex: number): Point[] =>
  calibrationBins(outcome, classIndex).map(({ meanProbability, frequency }) => [meanProbability, frequency])

/** What a class's decision would be worth at each threshold of its probability: 0.05, 0.1 … 0.95. */
export function thresholdTable(outcome: ClassificationOutcome, classIndex: number): ThresholdRow[] {
  const thresholds = Array.from({ length: 19 }, (_, i) => (i + 1) / 20)
  const counts = thresholds.map(() => ({ truePositives: 0, falsePositives: 0 }))
  const totals = walkThresholds(outcome, classIndex, (score, truePositives, falsePositives) => {
    for (const [i, threshold] of thresholds.entries()) {
      if (score >= threshold) counts[i] = { truePositives, falsePositives }
    }
  })
  return thresholds.map((threshold, i) => {
    const { truePositives, falsePositives } = counts[i]!
    const selected = truePositives + falsePositives
    return {
      threshold,
      precision: selected === 0 ? 0 : truePositives / selected,
      recall: totals.positives === 0 ? 0 : truePositives / totals.positives,
      falsePositiveRate: totals.negatives === 0 ? 0 : falsePositives / totals.negatives,
      selectedFraction: selected / outcome.rowCount,
    }
  })
}

/** Confusion matrix: `counts[actual][predicted]`, in the order of `labels`. Rows of an unknown class are left out. */
export function confusionMatrix({ classes, actual, predicted }: ClassificationOutcome) {
  const counts = classes.map(() => classes.map(() => 0))
  for (const [row, label] of actual.entries()) if (label >= 0) counts[label]![predicted[row]!]! += 1
  return { labels: [...classes], counts }
}

function thinned(points: Point[]): Point[] {
  if (points.length <= MAX_POINTS) return points
  const step = (points.length - 1) / (MAX_POINTS - 1)
  return Array.from({ length: MAX_POINTS }, (_, i) => points[Math.round(i * step)]!)
}
